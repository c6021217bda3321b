namespace PlantRuntime.Faults.Disk;

/// <summary>Damages a file of the queue while the host is stopped.</summary>
internal static class Damage
{
    private const int Page = 4096;

    /// <summary>Kinds of damage; the first is a single flipped bit.</summary>
    public static IReadOnlyList<(string Name, Action<FileStream, Random> Do)> Kinds { get; } =
    [
        ("bit", (f, c) => FlipAt(f, c.NextInt64(f.Length), c)),
        ("header", (f, c) => FlipAt(f, c.NextInt64(Math.Min(f.Length, 100)), c)),
        ("rubbish", (f, c) => Overwrite(f, c.NextInt64(f.Length), Rubbish(c, c.Next(1, 3 * Page)))),
        ("zeros", (f, c) => Overwrite(f, c.NextInt64(f.Length / Page + 1) * Page, new byte[Page])),
        ("cut", (f, c) => f.SetLength(c.NextInt64(f.Length))),
        ("longer", (f, c) => Overwrite(f, f.Length, Rubbish(c, c.Next(1, 3 * Page)))),
        ("empty", (f, _) => f.SetLength(0)),
    ];

    private static void FlipAt(FileStream file, long at, Random chance)
    {
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ (1 << chance.Next(8))));
    }

    private static void Overwrite(FileStream file, long at, byte[] bytes)
    {
        file.Position = at;
        file.Write(bytes);
    }

    private static byte[] Rubbish(Random chance, int length)
    {
        var bytes = new byte[length];
        chance.NextBytes(bytes);
        return bytes;
    }
}
