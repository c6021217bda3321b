using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// The output of one <c>To</c> or <c>Ask</c> of a recipe: passes records to the simulated sinks, on the test's thread. An empty scan is not
/// a record, as in the host.
/// </summary>
internal sealed class SimulatedOutput(SimulatedSink[] sinks, SimulatedQuestion? question) : IRecordOutput
{
    public bool IsBlocked => false;

    public void WhenStored(Action done) => done();

    public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples)
    {
        if (samples.IsEmpty) return;
        foreach (var sink in sinks) sink.Produce(time, device, samples, default);
    }

    public void Write(DateTime time, string device, ReadOnlySpan<byte> json)
    {
        foreach (var sink in sinks) sink.Produce(time, device, default, json, question);
    }
}

/// <summary>The output of one <c>Write</c> of a recipe: writes the tag of the simulated device immediately, on the test's thread.</summary>
internal sealed class SimulatedWrites(TagWriteTarget point, SimulatedDevice device) : IWriteOutput
{
    public bool HasFailed { get; private set; }

    public void Write(Value value, long timestamp) => HasFailed = !device.Write(point.Tag, value, refusal: null);

    public void Refuse(Value value, long timestamp, string reason) => device.Write(point.Tag, value, reason);
}
