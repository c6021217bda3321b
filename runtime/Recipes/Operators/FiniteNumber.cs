using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Reads numbers for operators that calculate. Changes only the sample that is passed.</summary>
internal static class FiniteNumber
{
    /// <summary>
    /// Returns the number of a good sample. Otherwise removes the value: a bad or stale sample keeps its quality; a good sample that is not
    /// a finite number becomes BAD_TYPE.
    /// </summary>
    public static bool TryGet(ref Sample sample, out double number)
    {
        number = sample.Value.Number;
        if (sample.Quality == Quality.Good && sample.Value.IsNumber && double.IsFinite(number)) return true;
        if (sample.Quality == Quality.Good) sample.Quality = Quality.BadType;
        sample.Value = default;
        return false;
    }
}
