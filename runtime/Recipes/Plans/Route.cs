namespace PlantRuntime.Recipes.Plans;

/// <summary>One <c>To</c> of a recipe and one of its sinks. The host sets <see cref="Output"/> before the first scan.</summary>
internal sealed class Route(string sink)
{
    public string Sink { get; } = sink;

    public IRecordOutput? Output { get; set; }
}
