using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// A device of site.toml, available as <c>Plant.name</c>. Code generated from site.toml derives a class with the settings and tags of the
/// device. Immutable; used while the recipe's top level runs.
/// </summary>
/// <param name="plan">The plan that is being declared.</param>
/// <param name="name">Name in site.toml.</param>
public abstract class Device(PlanBuilder plan, string name)
{
    /// <summary>Name in site.toml.</summary>
    public string Name { get; } = name;

    /// <summary>The scans of the device: on a schedule for polled devices, on changes for subscribed ones.</summary>
    public ScanFlow Scans => new(plan, [plan.Source(Name)]);

    /// <summary>
    /// Emits an event at the first failed scan, or after this time without any scan, and again after each further interval without a good
    /// scan.
    /// </summary>
    public Flow<SilenceEvent> Silent(TimeSpan interval) => Scans.Silent(interval);

    /// <summary>Emits an event after each interval, whether the device delivers scans or not: a heartbeat.</summary>
    public Flow<TimerEvent> Every(TimeSpan interval) => Scans.Timer(interval);

    /// <summary>Returns a block of raw bytes of the device.</summary>
    /// <param name="address">Address of the block in the driver's syntax: "DB500".</param>
    /// <param name="bytes">Length in bytes; optional for the target of a mirror.</param>
    public Block Block(string address, int? bytes = null) => new(plan, Name, address, bytes);
}

/// <summary>A sink of site.toml, available as <c>Sinks.name</c>. Immutable.</summary>
/// <param name="name">Name in site.toml.</param>
public sealed class SinkRef(string name)
{
    /// <summary>Name in site.toml.</summary>
    public string Name { get; } = name;
}
