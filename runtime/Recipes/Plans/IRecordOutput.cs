using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Plans;

/// <summary>Where a route's records go: the host's side of <c>To</c>. What is handed over is copied before the call returns.</summary>
internal interface IRecordOutput
{
    /// <summary>True while a full queue wants its recipes to wait before their next scan.</summary>
    bool IsBlocked { get; }

    /// <summary>Calls <paramref name="done"/> once all that was written before is stored for good.</summary>
    void WhenStored(Action done);

    /// <summary>Takes the samples of one scan.</summary>
    void Write(DateTime time, string device, ReadOnlySpan<Sample> samples);

    /// <summary>Takes one JSON object in UTF-8.</summary>
    void Write(DateTime time, string device, ReadOnlySpan<byte> json);
}
