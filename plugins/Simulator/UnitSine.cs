namespace PlantRuntime.Plugins.Simulator;

/// <summary>Computes the sine of a fraction of a full turn, with the same result on every machine. Pure.</summary>
internal static class UnitSine
{
    /// <summary>
    /// Returns sin(2π · <paramref name="turn"/>) for a turn from 0 to 1, to the last digit or two and exact at each quarter. Math.Sin is
    /// not used: it calls the C library, whose last digit differs between machines; additions, multiplications and divisions do not differ.
    /// </summary>
    public static double Sine(double turn)
    {
        // Reduces the argument to the first quarter by symmetry. Beyond its middle the sine is the cosine of the rest.
        var isSecondHalf = turn >= 0.5;
        if (isSecondHalf) turn -= 0.5;
        if (turn > 0.25) turn = 0.5 - turn;
        var sine = turn <= 0.125 ? 2 * Math.PI * turn * Series(turn, 16) : Series(0.25 - turn, 15);
        return isSecondHalf ? -sine : sine;
    }

    // Taylor's series from its smallest term on: 1 - x²/2! + x⁴/4! … from an odd number, 1 - x²/3! + x⁴/5! … from an even one.
    private static double Series(double turn, int n)
    {
        var x = 2 * Math.PI * turn;
        var square = x * x;
        var sum = 1.0;
        for (; n > 0; n -= 2) sum = 1 - (square / (n * (n + 1)) * sum);
        return sum;
    }
}
