using System.Globalization;
using System.Text;

namespace PlantRuntime.Contracts;

/// <summary>Quotes texts from outside in reasons and errors, in one line and bounded. Pure.</summary>
internal static class TextExcerpt
{
    private const int MaxLength = 40;

    /// <summary>
    /// Returns the text in quotes. Control characters, marks that change the direction of text and halves of surrogate pairs are escaped
    /// as <c>\u001B</c>; a longer text is cut, and its length follows.
    /// </summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder("\"", MaxLength + 24);
        var rest = text;
        while (!rest.IsEmpty && text.Length - rest.Length < MaxLength)
        {
            var isRune = Rune.DecodeFromUtf16(rest, out var rune, out var used) == System.Buffers.OperationStatus.Done;
            if (isRune && IsPrintable(rune)) quoted.Append(rest[..used]);
            else foreach (var unit in rest[..used]) quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:X4}");
            rest = rest[used..];
        }

        return quoted.Append(rest.IsEmpty ? "\"" : $"…\" ({text.Length} characters)").ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);
}
