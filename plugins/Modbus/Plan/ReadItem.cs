using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>One tag of a plan, and what the device's answers have taught about it.</summary>
/// <param name="index">The tag's place in the scan buffer.</param>
/// <param name="address">Where it is.</param>
internal sealed class ReadItem(int index, ModbusAddress address)
{
    // Copied out of the address: thousands of tags are decoded a scan.
    private readonly ModbusAddress _address = address;
    private readonly int _bytes = 2 * address.Width;
    private readonly bool _isBit = address.Area.IsBits();
    private readonly bool _isText = address.Type == ModbusType.String;
    private readonly byte[] _lastBytes = address.Type == ModbusType.String ? new byte[2 * address.Width] : [];
    private string? _lastText;

    public int Index { get; } = index;

    public ref readonly ModbusAddress Address => ref _address;

    public int Start { get; } = address.Offset;

    /// <summary>The first register or bit after the value.</summary>
    public int End { get; } = address.Offset + address.Width;

    /// <summary>Why the device refuses this tag even when asked for it alone; null when it does not.</summary>
    public ReplyFault? Refused { get; set; }

    /// <summary>True when the device refuses to read this tag together with the one before it.</summary>
    public bool StartsRequest { get; set; }

    /// <summary>True while a search for the culprit of a refused request reads it.</summary>
    public bool IsSearched { get; set; }

    /// <summary>Puts the value into the scan.</summary>
    /// <param name="into">The scan.</param>
    /// <param name="data">Data of a reply.</param>
    /// <param name="dataStart">Register or bit that the data begins with.</param>
    public void Decode(ScanBuffer into, ReadOnlySpan<byte> data, int dataStart)
    {
        var at = Start - dataStart;
        if (_isBit) into.Good(Index, ModbusValues.Bit(data, at));
        else if (_isText) into.Good(Index, Text(data.Slice(2 * at, _bytes)));
        else into.Good(Index, ModbusValues.Number(_address, data.Slice(2 * at, _bytes)));
    }

    public void Bad(ScanBuffer into, ReplyFault fault) => into.Bad(Index, FaultQuality.Of(fault), fault.Reason);

    // A text seldom changes: made once, it is shown again for as long as its bytes are the same.
    private string Text(ReadOnlySpan<byte> bytes)
    {
        if (_lastText is not null && bytes.SequenceEqual(_lastBytes)) return _lastText;
        bytes.CopyTo(_lastBytes);
        return _lastText = ModbusValues.Text(bytes, _address.StringBytes, _address.Order);
    }
}
