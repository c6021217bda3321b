namespace PlantRuntime.Conformance.Fuzzing;

/// <summary>Damages bytes as a bad line does.</summary>
public static class Damage
{
    /// <summary>Up to three copies of some bytes with up to three damages.</summary>
    public static byte[] Copies(Random random, byte[] good) =>
        Of(random, Enumerable.Repeat(good, random.Next(1, 4)).SelectMany(copy => copy));

    /// <summary>The bytes with up to three damages: bits turned, bytes replaced, put in, left out.</summary>
    public static byte[] Of(Random random, IEnumerable<byte> good)
    {
        var bytes = good.ToList();
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
