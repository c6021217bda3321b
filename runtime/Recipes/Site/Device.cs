using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// A device of site.toml, as <c>Plant.name</c> gives it; its settings are added as properties by the code that is generated from site.toml.
/// </summary>
/// <param name="plan">The plan that is being declared.</param>
/// <param name="name">Name in site.toml.</param>
public abstract class Device(PlanBuilder plan, string name)
{
    /// <summary>Name in site.toml.</summary>
    public string Name { get; } = name;

    /// <summary>The device's scans: by the clock for polled devices, as changes come for subscribing ones.</summary>
    public ScanFlow Scans => new(plan, [plan.Source(Name)]);

    /// <summary>Speaks when no good scan came for so long, and again after each further such time.</summary>
    public Flow<Silence> Silent(TimeSpan interval) => Scans.Silent(interval);

    /// <summary>Raw bytes of the device.</summary>
    /// <param name="address">Where they begin, in the driver's language: "DB500".</param>
    /// <param name="bytes">How many; may be left out where another block gives the length.</param>
    public Block Block(string address, int? bytes = null) => new(plan, Name, address, bytes);
}
