namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>
/// Short texts of characters that mean something somewhere; no n, r, t, f or 0, which after a backslash read as what they stand for.
/// </summary>
internal static class RandomText
{
    private static readonly string[] s_pieces =
    [
        "\\", "\\", ",", "=", " ", "\"", "\n", "\r", "\t", "\f", "\0",
        "#", "a", "x", "/", "'", "°", "温", "🏭", "i", "1", "{", "\u2028", "\u007f",
    ];

    public static string Of(Random chance) =>
        string.Concat(Enumerable.Range(0, chance.Next(1, 12)).Select(_ => s_pieces[chance.Next(s_pieces.Length)]));
}
