namespace PlantRuntime.Recipes.Plans;

/// <summary>One <c>Write</c> of a recipe. The host sets <see cref="Output"/> before the first scan.</summary>
/// <param name="device">Device that is written.</param>
/// <param name="tag">Tag of that device.</param>
/// <param name="statement">Where it stands in the recipe.</param>
internal sealed class WritePoint(string device, string tag, PlanProblem statement)
{
    public string Device { get; } = device;

    public string Tag { get; } = tag;

    public PlanProblem Statement { get; } = statement;

    public IWriteOutput? Output { get; set; }
}
