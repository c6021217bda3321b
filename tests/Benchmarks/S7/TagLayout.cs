namespace PlantRuntime.Benchmarks.S7;

/// <summary>Tags that lie scattered in DB9.</summary>
/// <param name="Name">As results name it.</param>
/// <param name="Tags">Type and byte of each, in order.</param>
internal sealed record TagLayout(string Name, IReadOnlyList<(string Type, int At)> Tags)
{
    /// <summary>Length of DB9.</summary>
    public const int Bytes = 32000;

    private static readonly string[] s_types = ["INT", "DINT", "REAL"];

    /// <summary>
    /// As far from each other as a DB of 32,000 bytes lets 500 of them be: no two fit one item without 62 bytes in between.
    /// </summary>
    public static TagLayout FarApart(int tags) =>
        new($"{tags} INTs 64 bytes apart", [.. Enumerable.Range(0, tags).Select(n => ("INT", 64 * n))]);

    /// <summary>As a tag table picks them out of one DB of 8 KB: of three types, at random places that do not overlap.</summary>
    public static TagLayout AtRandom(int tags, int seed)
    {
        var places = Enumerable.Range(0, 2048).Select(n => 4 * n).ToArray();
        var random = new Random(seed);
        random.Shuffle(places);
        return new($"{tags} tags at random in 8 KB, seed {seed}",
            [.. places.Take(tags).Order().Select(at => (s_types[random.Next(s_types.Length)], at))]);
    }
}
