using System.Globalization;

namespace PlantRuntime.Faults.Numbered;

/// <summary>The value of a numbered sample: <c>#run:tag:number:hash:padding#</c>.</summary>
public static class NumberedText
{
    /// <summary>Character at both ends, and nowhere else in a record.</summary>
    public const char Mark = '#';

    /// <summary>Formats a sample, with the marks.</summary>
    public static string Format(long run, int tag, long number, string padding)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"{run}:{tag}:{number}");
        return string.Create(CultureInfo.InvariantCulture, $"{Mark}{head}:{Hash(head, padding):x8}:{padding}{Mark}");
    }

    /// <summary>Parses a sample, without the marks.</summary>
    /// <returns>False if the hash does not match the text.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, out int tag, out long number)
    {
        (tag, number) = (0, 0);
        Span<Range> parts = stackalloc Range[6];
        if (text.Split(parts, ':') != 5) return false;
        var head = text[..(parts[3].Start.Value - 1)];
        return int.TryParse(text[parts[1]], CultureInfo.InvariantCulture, out tag)
            && long.TryParse(text[parts[2]], CultureInfo.InvariantCulture, out number)
            && uint.TryParse(text[parts[3]], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hash)
            && hash == Hash(head, text[parts[4]]);
    }

    /// <summary>FNV-1a over both parts.</summary>
    private static uint Hash(ReadOnlySpan<char> head, ReadOnlySpan<char> padding)
    {
        var hash = 2166136261u;
        foreach (var letter in head) hash = (hash ^ letter) * 16777619;
        foreach (var letter in padding) hash = (hash ^ letter) * 16777619;
        return hash;
    }
}
