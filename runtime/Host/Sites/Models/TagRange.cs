using System.Globalization;

namespace PlantRuntime.Host.Sites;

/// <summary>What can be wrong with <c>range = [low, high]</c>.</summary>
internal static class TagRange
{
    /// <summary>Null when there are two numbers, or no range.</summary>
    public static string? CountProblem(IReadOnlyList<double>? range) =>
        range is null or { Count: 2 } ? null : $"expected two numbers, [low, high], found {range.Count}";

    /// <summary>The words for a range that runs backwards.</summary>
    public static string Swapped(double low, double high) =>
        string.Create(CultureInfo.InvariantCulture, $"low, {low}, is greater than high, {high}");
}
