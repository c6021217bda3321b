namespace PlantRuntime.Plugins.S7;

/// <summary>Areas of a CPU's memory, numbered as on the wire.</summary>
internal enum S7Area : byte
{
    /// <summary>Counters (C, German Z).</summary>
    Counter = 0x1C,

    /// <summary>Timers (T).</summary>
    Timer = 0x1D,

    /// <summary>Process image of the inputs (I, German E).</summary>
    Input = 0x81,

    /// <summary>Process image of the outputs (Q, German A).</summary>
    Output = 0x82,

    /// <summary>Bit memory (M).</summary>
    Marker = 0x83,

    /// <summary>A data block (DB); a LOGO's variable memory (V) is DB1.</summary>
    DataBlock = 0x84,
}
