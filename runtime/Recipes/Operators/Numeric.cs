using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Operators;

/// <summary>What operators that calculate take for a number.</summary>
internal static class Numeric
{
    /// <summary>
    /// The number of a good sample. Another one loses its value: a bad or stale one keeps its quality, what is no finite number is
    /// BAD_TYPE.
    /// </summary>
    public static bool TryTake(ref Sample sample, out double number)
    {
        number = sample.Value.Number;
        if (sample.Quality == Quality.Good && sample.Value.IsNumber && double.IsFinite(number)) return true;
        if (sample.Quality == Quality.Good) sample.Quality = Quality.BadType;
        sample.Value = default;
        return false;
    }
}
