namespace PlantRuntime.Plugins.Modbus;

/// <summary>What the bits of an address mean.</summary>
internal enum ModbusType : byte
{
    Bool,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    UInt64,
    Float32,
    Float64,
    String,
}
