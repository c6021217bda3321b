using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Delivery.Queue;
using PlantRuntime.Host.Devices.Mirrors;
using PlantRuntime.Host.Devices.Writing;

namespace PlantRuntime.Host.Recipes;

/// <summary>Where what recipes make goes: to sinks, with a queue or without, and to devices.</summary>
internal sealed record RecipeOutputs(IReadOnlyList<SinkRunner> Sinks, MirrorBook Mirrors, SiteWrites Writes)
{
    /// <summary>The site's queue; null until a sink has one.</summary>
    public SiteQueue? Queue { get; set; }
}
