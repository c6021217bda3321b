using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// One <c>To</c> or <c>Ask</c> of a recipe, with all its sinks. The host sets <see cref="Output"/> before the first scan; operators use it
/// on the recipe's thread.
/// </summary>
internal sealed class Route(IReadOnlyList<string> sinks)
{
    public IReadOnlyList<string> Sinks { get; } = sinks;

    /// <summary>Name of the <c>Ask</c> that sends; null for a <c>To</c>.</summary>
    public string? Question { get; init; }

    public IRecordOutput? Output { get; set; }
}

/// <summary>
/// Receives the records of a route on the recipe's thread. The host implements it, copies the data before a call returns, and does not wait
/// for a sink.
/// </summary>
internal interface IRecordOutput
{
    /// <summary>True while a full queue requires recipes to wait before their next scan.</summary>
    bool IsBlocked { get; }

    /// <summary>Calls <paramref name="done"/> once all records written before are stored permanently.</summary>
    void WhenStored(Action done);

    /// <summary>Writes the samples of one scan.</summary>
    void Write(DateTime time, string device, ReadOnlySpan<Sample> samples);

    /// <summary>Writes one JSON object in UTF-8.</summary>
    void Write(DateTime time, string device, ReadOnlySpan<byte> json);
}
