using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>What follows from an area.</summary>
internal static class ModbusAreas
{
    public static readonly string[] Names = ["coil", "discrete", "input", "holding"];

    public static bool IsBits(this ModbusArea area) => area is ModbusArea.Coil or ModbusArea.Discrete;

    public static string Name(this ModbusArea area) => Names[(int)area];

    public static FunctionCode ReadFunction(this ModbusArea area) => area switch
    {
        ModbusArea.Coil => FunctionCode.ReadCoils,
        ModbusArea.Discrete => FunctionCode.ReadDiscreteInputs,
        ModbusArea.Input => FunctionCode.ReadInputRegisters,
        _ => FunctionCode.ReadHoldingRegisters,
    };

    /// <summary>The area that a classic reference such as 40001 names by its first digit.</summary>
    public static ModbusArea? OfReference(char digit) => digit switch
    {
        '0' => ModbusArea.Coil,
        '1' => ModbusArea.Discrete,
        '3' => ModbusArea.Input,
        '4' => ModbusArea.Holding,
        _ => null,
    };
}
