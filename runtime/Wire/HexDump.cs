namespace PlantRuntime.Wire;

/// <summary>Formats bytes in hex, as protocol manuals show them. Pure.</summary>
public static class HexDump
{
    /// <summary>
    /// Formats the first bytes on one line: <c>00 01 00 00 00 06 (12 bytes)</c>. The count is shown if bytes were left out.
    /// </summary>
    /// <param name="bytes">The bytes.</param>
    /// <param name="most">The most bytes shown.</param>
    public static string Excerpt(ReadOnlySpan<byte> bytes, int most = 32)
    {
        if (bytes.IsEmpty) return "(no bytes)";
        var shown = bytes[..Math.Min(most, bytes.Length)];
        var text = new char[(shown.Length * 3) - 1];
        text.AsSpan().Fill(' ');
        for (var i = 0; i < shown.Length; i++) shown[i].TryFormat(text.AsSpan(i * 3), out _, "X2");
        return shown.Length == bytes.Length ? new string(text) : $"{new string(text)} ({bytes.Length} bytes)";
    }
}
