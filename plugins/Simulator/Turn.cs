namespace PlantRuntime.Plugins.Simulator;

/// <summary>The sine of a part of a full turn.</summary>
internal static class Turn
{
    /// <summary>
    /// sin(2π · <paramref name="turn"/>) for a turn from 0 to 1, to within 1e-15. Math.Sin is the C library's, whose last digit differs
    /// between machines; additions and multiplications do not.
    /// </summary>
    public static double Sine(double turn)
    {
        // sin has the values of its first quarter in all four: up, back, and both below zero.
        var isSecondHalf = turn >= 0.5;
        if (isSecondHalf) turn -= 0.5;
        if (turn > 0.25) turn = 0.5 - turn;
        var x = 2 * Math.PI * turn;
        var square = x * x;
        var sum = 1.0;
        // Taylor's series from its smallest term on: x - x³/3! + x⁵/5! … x²¹/21!
        for (var n = 20; n >= 2; n -= 2) sum = 1 - (square / (n * (n + 1)) * sum);
        return isSecondHalf ? -x * sum : x * sum;
    }
}
