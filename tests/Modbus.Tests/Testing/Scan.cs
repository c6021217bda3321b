using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A prepared scan whose plan can be seen.</summary>
internal sealed class Scan : PreparedScan
{
    public Scan(ModbusDriver driver, params string[] addresses)
        : base(driver, addresses)
    {
    }

    public Scan(ModbusDriver driver, IReadOnlyList<TagDefinition> tags)
        : base(driver, tags)
    {
    }

    public ReadPlan Plan => ((ModbusReader)Reader).Plan;
}
