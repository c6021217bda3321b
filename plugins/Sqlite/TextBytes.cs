using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>Text as UTF-8 in memory that is used again: each result is valid until the next call.</summary>
internal sealed class TextBytes
{
    private byte[] _bytes = new byte[256];

    public ReadOnlySpan<byte> Of(string text)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most > _bytes.Length) _bytes = new byte[most];
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes));
    }

    /// <summary>"2026-11-21T08:00:00.123Z": always as long, so that it sorts as text; SQLite's date functions read it.</summary>
    public ReadOnlySpan<byte> Of(DateTime time)
    {
        time.TryFormat(_bytes, out var written, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return _bytes.AsSpan(0, written);
    }

    public ReadOnlySpan<byte> Of(ulong number)
    {
        number.TryFormat(_bytes, out var written, default, CultureInfo.InvariantCulture);
        return _bytes.AsSpan(0, written);
    }
}
