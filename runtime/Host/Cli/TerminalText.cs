using System.Globalization;
using System.Text;
using Wcwidth;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Cuts, pads and wraps text by the columns that it takes on a terminal: two for CJK characters, none for combining marks. The text is
/// one line without control characters (<see cref="Logging.LogText.Sanitize"/>). Pure.
/// </summary>
internal static class TerminalText
{
    private const string Ellipsis = "…";

    /// <summary>The number of columns that a text takes.</summary>
    public static int Width(string text)
    {
        if (Ascii.IsValid(text)) return text.Length;
        var width = 0;
        foreach (var rune in text.EnumerateRunes()) width += Width(rune);
        return width;
    }

    /// <summary>Cuts a text that takes more columns, and marks the cut; a character is never cut in two.</summary>
    public static string Cut(string text, int width)
    {
        if (text.Length <= width && Ascii.IsValid(text)) return text;
        if (width <= 0) return "";
        return Width(text) <= width ? text : text[..Fitting(text, 0, width - 1)] + Ellipsis;
    }

    /// <summary>Cuts or pads a text to exactly this number of columns.</summary>
    public static string Fit(string text, int width, bool isRight = false)
    {
        var cut = Cut(text, width);
        var padding = new string(' ', Math.Max(0, width - Width(cut)));
        return isRight ? padding + cut : cut + padding;
    }

    /// <summary>
    /// Breaks a text into lines of at most this number of columns: at spaces, and within words that are longer than a line.
    /// </summary>
    public static List<string> Wrap(string text, int width)
    {
        var lines = new List<string>();
        var start = 0;
        while (start < text.Length)
        {
            var end = Fitting(text, start, Math.Max(1, width));

            // A character that is wider than the line takes a line of its own.
            if (end == start) end = start + (char.IsSurrogatePair(text, start) ? 2 : 1);
            var next = end;
            if (end < text.Length && text[end] == ' ') next = end + 1;
            else if (end < text.Length && text.LastIndexOf(' ', end - 1, end - start) is var space && space > start)
                (end, next) = (space, space + 1);
            lines.Add(text[start..end].TrimEnd(' '));
            start = next;
        }

        return lines;
    }

    /// <summary>Returns the index behind the last character that fits, with the marks that belong to it.</summary>
    private static int Fitting(string text, int start, int width)
    {
        var at = start;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            width -= Width(rune);
            if (width < 0) break;
            at += length;
        }

        return at;
    }

    private static int Width(Rune rune) => rune.Value < 0x7F ? 1
        : Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format ? 0
        : Math.Max(0, UnicodeCalculator.GetWidth(rune));
}
