using System.Globalization;
using CsCheck;
using Xunit.Sdk;

namespace PlantRuntime.Conformance;

/// <summary>
/// Checks properties with generated values that are the same at every run: they depend only on the seed, which the environment variable
/// <c>PROPERTY_SEED</c> varies. A failure names the seed and the smallest value that was found. Runs on the caller's thread.
/// </summary>
public static class Property
{
    private const string Variable = "PROPERTY_SEED";

    private static readonly ulong s_seed =
        ulong.Parse(Environment.GetEnvironmentVariable(Variable) ?? "1", NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Checks a property with this number of values; it fails by an exception.</summary>
    public static void ForAll<T>(this Gen<T> gen, Action<T> property, int iter = 100)
    {
        try
        {
            new SeededGen<T>(gen).Sample(property, iter: iter, threads: 1);
        }
        catch (CsCheckException failure)
        {
            throw new XunitException($"with {Variable}={s_seed}: {failure.InnerException?.Message}\n{failure.Message}", failure);
        }
    }

    /// <summary>Checks a property with this number of values; it fails when it returns false.</summary>
    public static void ForAll<T>(this Gen<T> gen, Func<T, bool> property, int iter = 100) =>
        gen.ForAll(value => Assert.True(property(value)), iter);

    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Action<T1, T2> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2), iter);

    public static void ForAll<T1, T2>(this Gen<(T1, T2)> gen, Func<T1, T2, bool> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2), iter);

    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Action<T1, T2, T3> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3), iter);

    public static void ForAll<T1, T2, T3>(this Gen<(T1, T2, T3)> gen, Func<T1, T2, T3, bool> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3), iter);

    public static void ForAll<T1, T2, T3, T4>(this Gen<(T1, T2, T3, T4)> gen, Action<T1, T2, T3, T4> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3, v.Item4), iter);

    public static void ForAll<T1, T2, T3, T4, T5>(
        this Gen<(T1, T2, T3, T4, T5)> gen, Action<T1, T2, T3, T4, T5> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5), iter);

    public static void ForAll<T1, T2, T3, T4, T5, T6>(
        this Gen<(T1, T2, T3, T4, T5, T6)> gen, Action<T1, T2, T3, T4, T5, T6> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5, v.Item6), iter);

    public static void ForAll<T1, T2, T3, T4, T5, T6, T7>(
        this Gen<(T1, T2, T3, T4, T5, T6, T7)> gen, Action<T1, T2, T3, T4, T5, T6, T7> property, int iter = 100) =>
        gen.ForAll(v => property(v.Item1, v.Item2, v.Item3, v.Item4, v.Item5, v.Item6, v.Item7), iter);

    /// <summary>Generates its nth value from the seed and n instead of the random numbers that CsCheck offers.</summary>
    private sealed class SeededGen<T>(Gen<T> gen) : Gen<T>
    {
        private uint _generated;

        public override T Generate(PCG pcg, Size? min, out Size size) => gen.Generate(new PCG(_generated++, s_seed), min, out size);
    }
}
