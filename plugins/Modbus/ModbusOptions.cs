using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Modbus;

/// <summary>Options of a Modbus device in site.toml.</summary>
public sealed class ModbusOptions : IValidatedOptions
{
    /// <summary>Name or address of the device or gateway.</summary>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 502;

    /// <summary>Unit that addresses without one of their own are meant for.</summary>
    [Bounds(0, 255)]
    public int UnitId { get; init; } = 1;

    /// <summary>
    /// Order in which registers hold the bytes of a value, for addresses without one of their own: ABCD, DCBA, BADC or CDAB.
    /// </summary>
    public string ByteOrder { get; init; } = "ABCD";

    /// <summary>Unasked registers (or words of 16 bits) that a request may read along to join its neighbours.</summary>
    [Bounds(0, 124)]
    public int MaxGap { get; init; } = 16;

    /// <summary>Most registers that the device takes in one request.</summary>
    [Bounds(1, Wire.ReadRegisters.Most)]
    public int MaxRegisters { get; init; } = Wire.ReadRegisters.Most;

    /// <summary>Most coils or discrete inputs that the device takes in one request.</summary>
    [Bounds(1, Wire.ReadBits.Most)]
    public int MaxBits { get; init; } = Wire.ReadBits.Most;

    /// <summary>Requests sent before the first answer is awaited; 1 sends one at a time.</summary>
    [Bounds(1, 16)]
    public int Pipeline { get; init; } = 4;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the device");
        if (!ByteOrders.TryParse(ByteOrder, out _)) yield return ("byte_order", $"'{ByteOrder}' is none of {ByteOrders.Names}");
    }
}
