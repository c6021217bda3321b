using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Converts values to decimals, so that sums and differences are exact: integers completely, singles and doubles with the digits that
/// people write (7 and 15). Pure; allocates nothing.
/// </summary>
internal static class ExactNumber
{
    // Sums of a billion such numbers fit into a decimal, and it has 13 decimals or more for them.
    private const double Largest = 1e19;
    private const double Smallest = 1e-10;

    /// <summary>Returns the decimal of a number or bool; false for a float that is too large or too small.</summary>
    public static bool TryGet(Value value, out decimal exact)
    {
        exact = 0;
        switch (value.Kind)
        {
            case ValueKind.Bool or ValueKind.Int:
                exact = value.Int;
                return true;
            case ValueKind.UInt:
                exact = value.UInt;
                return true;
            case ValueKind.Float32 or ValueKind.Float64 when value.Number is var number && IsInRange(number):
                exact = (decimal)(value.Kind == ValueKind.Float32 ? SinglePrecision.Widen((float)number) : number);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Returns an integer if the number is whole and fits into one, otherwise a double.</summary>
    public static Value ToValue(decimal exact, bool isWhole) =>
        isWhole && exact is >= long.MinValue and <= long.MaxValue ? Value.Of((long)exact) : Value.Of((double)exact);

    private static bool IsInRange(double number) => number == 0 || Math.Abs(number) is >= Smallest and < Largest;
}
