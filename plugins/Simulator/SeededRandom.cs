using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Simulator;

/// <summary>
/// Computes random numbers without state: number <c>n</c> of a seed is the same in any order, process and machine. It is SplitMix64
/// (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014) entered at step n. Immutable; any thread.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct SeededRandom(ulong seed)
{
    private const ulong GoldenGamma = 0x9E3779B97F4A7C15;

    /// <summary>Creates the random numbers of one tag of a device. Other tags have other numbers.</summary>
    public static SeededRandom For(long seed, string tag)
    {
        // FNV-1a, because string.GetHashCode differs from process to process.
        var hash = 0xCBF29CE484222325;
        foreach (var letter in tag) hash = (hash ^ letter) * 0x100000001B3;
        return new SeededRandom(new SeededRandom((ulong)seed).Bits(0) ^ hash);
    }

    /// <summary>Returns number n as 64 uniformly distributed bits.</summary>
    public ulong Bits(long n)
    {
        unchecked
        {
            var z = seed + (((ulong)n + 1) * GoldenGamma);
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    /// <summary>Returns number n as a fraction from 0 up to, but not including, 1.</summary>
    public double Unit(long n) => (Bits(n) >> 11) * (1.0 / (1L << 53));

    /// <summary>Returns number n as a fraction from -1 up to, but not including, 1.</summary>
    public double Signed(long n) => (2 * Unit(n)) - 1;
}
