using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A prepared scan whose plan can be seen.</summary>
internal sealed class S7Scan : PreparedScan
{
    public S7Scan(S7Driver driver, params string[] addresses)
        : base(driver, addresses)
    {
    }

    public S7Scan(S7Driver driver, IReadOnlyList<TagDefinition> tags)
        : base(driver, tags)
    {
    }

    public S7ReadPlan Plan => ((S7Reader)Reader).Plan;
}
