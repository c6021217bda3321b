using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>Plans and buffers without a connection, and damaged bytes.</summary>
internal static class Fuzz
{
    public static ReadPlan Plan(int pduSize, params string[] addresses) =>
        new(addresses.Select(address => S7AddressParser.Parse(new TagDefinition("t", address), out _)!.Value), pduSize);

    public static ScanBuffer Buffer(int tags) => new([.. Enumerable.Range(0, tags).Select(n => new Tag(n, $"t{n}", "device"))]);

    /// <summary>Up to three copies of some bytes with up to three damages.</summary>
    public static byte[] Damaged(Random random, byte[] good)
    {
        var bytes = Enumerable.Repeat(good, random.Next(1, 4)).SelectMany(copy => copy).ToList();
        for (var n = random.Next(4); n > 0; n--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at - 1)); break;
            }
        }

        return [.. bytes];
    }
}
