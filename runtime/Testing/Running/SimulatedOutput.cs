using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Testing.Running;

/// <summary>One <c>To</c> of a recipe. An empty scan is no record, as in the host.</summary>
internal sealed class SimulatedOutput(SimulatedSink[] sinks) : IRecordOutput
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
        foreach (var sink in sinks) sink.Produce(time, device, default, json);
    }
}
