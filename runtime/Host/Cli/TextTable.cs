namespace PlantRuntime.Host.Cli;

/// <summary>Columns of text, as wide as they need to be; the last one as long as it is.</summary>
internal static class TextTable
{
    private const char PictureOfNull = '\u2400';

    public static void Write(TextWriter output, string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> all = [head, .. rows.Select(row => row.Select(Printable).ToArray())];
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
            output.WriteLine(string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>A text of a device for a terminal, which would obey control characters: they are shown as pictures, ␀ to ␟, or as a dot.</summary>
    public static string Printable(string text) => !text.Any(char.IsControl) ? text
        : string.Concat(text.Select(letter => letter < ' ' ? (char)(PictureOfNull + letter) : char.IsControl(letter) ? '·' : letter));
}
