using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Plan;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A prepared scan whose plan can be seen.</summary>
internal sealed class ModbusScan : PreparedScan
{
    public ModbusScan(ModbusDriver driver, params string[] addresses)
        : base(driver, addresses)
    {
    }

    public ModbusScan(ModbusDriver driver, IReadOnlyList<TagDefinition> tags)
        : base(driver, tags)
    {
    }

    public ModbusReadPlan Plan => ((ModbusReader)Reader).Plan;
}
