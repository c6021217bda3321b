using System.Text;
using System.Text.Unicode;

namespace PlantRuntime.Sites.Text;

/// <summary>Decodes the bytes of a site's file. Pure, apart from the problems that it adds.</summary>
internal static class Utf8Text
{
    /// <summary>
    /// Returns the text without a byte order mark. Bytes that are not UTF-8 are reported once, at the first of them, and become U+FFFD.
    /// Returns null for UTF-16.
    /// </summary>
    public static string? Decode(ReadOnlySpan<byte> bytes, string file, ProblemList problems)
    {
        if (bytes.StartsWith<byte>([0xFF, 0xFE]) || bytes.StartsWith<byte>([0xFE, 0xFF]))
        {
            problems.Add(new SourceLocation(file, 1, 1), "the file is UTF-16: save it as UTF-8");
            return null;
        }

        if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF])) bytes = bytes[3..];
        if (!Utf8.IsValid(bytes)) ReportFirst(bytes, file, problems);
        return Encoding.UTF8.GetString(bytes);
    }

    private static void ReportFirst(ReadOnlySpan<byte> bytes, string file, ProblemList problems)
    {
        var (line, column, at) = (1, 1, 0);
        while (Rune.DecodeFromUtf8(bytes[at..], out var rune, out var length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
        }

        problems.Add(
            new SourceLocation(file, line, column),
            $"byte 0x{bytes[at]:X2} is not UTF-8: save the file as UTF-8 (editors may call what it is now Latin-1, ANSI or Windows-1252)");
    }
}
