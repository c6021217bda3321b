using System.Buffers;
using System.Text;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Writes names and texts of line protocol (InfluxDB documentation, "Line protocol", Special characters). In names a backslash escapes
/// comma, equals sign and space; in texts double quote and backslash. Part of one <see cref="BatchBody"/>; one call at a time; performs no
/// I/O.
/// </summary>
internal sealed class LineProtocolText(IBufferWriter<byte> output)
{
    private byte[] _utf8 = new byte[256];

    /// <summary>
    /// Writes a measurement, tag or field name or the value of a tag. There is no escape for a line break: it is written as the two
    /// characters <c>\n</c>, as telegraf does, and so are tab, carriage return, form feed and nul. A backslash that would
    /// escape what follows it becomes <c>/</c>, since nothing can escape the backslash itself.
    /// </summary>
    public void Name(string name)
    {
        var bytes = Utf8(name);
        var target = output.GetSpan(bytes.Length * 2);
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var escaped = Escape(bytes[i]);
            if (escaped != 0)
            {
                target[length++] = (byte)'\\';
                target[length++] = escaped;
            }
            else
            {
                var wouldEscape = bytes[i] == '\\' && (i + 1 == bytes.Length || Escape(bytes[i + 1]) != 0);
                target[length++] = wouldEscape ? (byte)'/' : bytes[i];
            }
        }

        output.Advance(length);
    }

    /// <summary>Writes the value of a text field, with its quotes.</summary>
    public void Quoted(string text) => Quoted(Utf8(text));

    /// <inheritdoc cref="Quoted(string)"/>
    public void Quoted(ReadOnlySpan<byte> utf8)
    {
        var target = output.GetSpan((utf8.Length * 2) + 2);
        var length = 0;
        target[length++] = (byte)'"';
        foreach (var character in utf8)
        {
            if (character is (byte)'"' or (byte)'\\') target[length++] = (byte)'\\';
            target[length++] = character;
        }

        target[length++] = (byte)'"';
        output.Advance(length);
    }

    /// <summary>Returns the letter after the backslash, or 0 for a character that needs no escape.</summary>
    private static byte Escape(byte character) => character switch
    {
        (byte)',' or (byte)'=' or (byte)' ' => character,
        (byte)'\n' => (byte)'n',
        (byte)'\r' => (byte)'r',
        (byte)'\t' => (byte)'t',
        (byte)'\f' => (byte)'f',
        0 => (byte)'0',
        _ => 0,
    };

    private ReadOnlySpan<byte> Utf8(string text)
    {
        var maxLength = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (maxLength > _utf8.Length) _utf8 = new byte[maxLength];
        return _utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, _utf8));
    }
}
