using CsCheck;

namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>
/// Generates short texts of characters that mean something in line protocol, JSON or UTF-8. They contain no n, r, t, f or 0, which after a
/// backslash read as the character that they stand for.
/// </summary>
internal static class RandomText
{
    private static readonly string[] s_pieces =
    [
        "\\", "\\", ",", "=", " ", "\"", "\n", "\r", "\t", "\f", "\0",
        "#", "a", "x", "/", "'", "°", "温", "🏭", "i", "1", "{", "\u2028", "\u007f",
    ];

    public static Gen<string> Gen { get; } = CsCheck.Gen.OneOf(s_pieces).Array[1, 12].Select(pieces => string.Concat(pieces));

    public static string From(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(1, 12)).Select(_ => s_pieces[random.Next(s_pieces.Length)]));
}
