namespace PlantRuntime.Recipes.Plans;

/// <summary>One <c>To</c> of a recipe, with all its sinks. The host sets <see cref="Output"/> before the first scan.</summary>
internal sealed class Route(IReadOnlyList<string> sinks)
{
    public IReadOnlyList<string> Sinks { get; } = sinks;

    public IRecordOutput? Output { get; set; }
}
