using System.Globalization;
using System.Text;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Encodes text as UTF-8 into memory that is used again. Each result is valid until the next call. Each user has its own; not thread-safe.
/// </summary>
internal sealed class Utf8Buffer
{
    /// <summary>A time of fixed length in UTC, so that it sorts as text; SQLite's date functions read it.</summary>
    public const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    private byte[] _bytes = new byte[256];

    public ReadOnlySpan<byte> Encode(string text)
    {
        var maxLength = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (maxLength > _bytes.Length) _bytes = new byte[maxLength];
        return _bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, _bytes));
    }

    /// <summary>Encodes a time as "2026-11-21T08:00:00.123Z".</summary>
    public ReadOnlySpan<byte> Encode(DateTime time)
    {
        time.TryFormat(_bytes, out var written, TimeFormat, CultureInfo.InvariantCulture);
        return _bytes.AsSpan(0, written);
    }

    public ReadOnlySpan<byte> Encode(ulong number)
    {
        number.TryFormat(_bytes, out var written, default, CultureInfo.InvariantCulture);
        return _bytes.AsSpan(0, written);
    }
}
