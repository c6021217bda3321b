namespace PlantRuntime.Plugins.Modbus;

/// <summary>The four tables of a device (Application Protocol V1.1b3, clause 4.3).</summary>
internal enum ModbusArea : byte
{
    /// <summary>Bits that can be read and written.</summary>
    Coil,

    /// <summary>Bits that can be read.</summary>
    Discrete,

    /// <summary>Registers of 16 bits that can be read.</summary>
    Input,

    /// <summary>Registers of 16 bits that can be read and written.</summary>
    Holding,
}
