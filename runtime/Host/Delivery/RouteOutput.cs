using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Delivery;

/// <summary>One route of a recipe into a sink.</summary>
internal sealed class RouteOutput(SinkRunner sink) : IRecordOutput
{
    public void Write(DateTime time, string device, ReadOnlySpan<Sample> samples) => sink.Add(time, device, samples, default);

    public void Write(DateTime time, string device, ReadOnlySpan<byte> json) => sink.Add(time, device, default, json);
}
