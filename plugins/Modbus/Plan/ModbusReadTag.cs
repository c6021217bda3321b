using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;

namespace PlantRuntime.Plugins.Modbus.Plan;

/// <summary>
/// One tag of a plan: decodes its value and keeps the refusals learned for it. Belongs to one <see cref="ModbusReadPlan"/>; the plan and
/// <see cref="BadTagBisection"/> set the refusals, within ReadAsync, one call at a time; not thread-safe. It performs no I/O, and a number
/// or an unchanged text allocates nothing.
/// </summary>
/// <param name="index">Index of the tag in the scan buffer.</param>
/// <param name="address">Unit, area, offset and type of the value.</param>
internal sealed class ModbusReadTag(int index, ModbusAddress address)
{
    // Computed once from the address, because thousands of tags are decoded per scan.
    private readonly ModbusAddress _address = address;
    private readonly int _bytes = BytesOf(address);
    private readonly int _registerBytes = address.RegisterBytes;

    // Bytes of the registers before the value, which is in the last ones of its registers.
    private readonly int _padding = address.Type == ModbusType.String ? 0 : (address.RegisterBytes * address.Width) - BytesOf(address);
    private readonly Decoding _decoding = DecodingOf(address);
    private readonly byte[] _lastBytes = address.Type == ModbusType.String ? new byte[BytesOf(address)] : [];
    private string? _lastText;

    private enum Decoding : byte
    {
        Number,
        Bit,
        Text,
        Bcd,
    }

    /// <summary>Index of the tag in the scan buffer.</summary>
    public int Index { get; } = index;

    public ref readonly ModbusAddress Address => ref _address;

    /// <summary>The first register or bit of the value.</summary>
    public int Start { get; } = address.Offset;

    /// <summary>The first register or bit after the value.</summary>
    public int End { get; } = address.Offset + address.Width;

    /// <summary>True if the value is one register of 16 bits without a sign, its high byte first.</summary>
    public bool IsPlainRegister { get; } = !address.Area.IsBits() && address is
    {
        Type: ModbusType.UInt16, RegisterBytes: ModbusDialect.StandardRegisterBytes, Order: ByteOrder.ABCD or ByteOrder.CDAB,
    };

    /// <summary>The fault with which the device refused this tag when it was read alone; null if it did not.</summary>
    public ReplyFault? Refused { get; set; }

    /// <summary>
    /// True if the device refuses to read this tag together with the one before it: the tag must be the first of its request.
    /// </summary>
    public bool MustStartRequest { get; set; }

    /// <summary>
    /// The doubt about the request that begins with this tag; null unless the device refuses it or leaves it unanswered.
    /// </summary>
    public RequestDoubt? Doubt { get; set; }

    /// <summary>True from the refusal of a merged request until the bisection has settled this tag, also between scans.</summary>
    public bool IsInBisection { get; set; }

    /// <summary>Decodes the value and sets it in the scan.</summary>
    /// <param name="into">The scan.</param>
    /// <param name="data">Bytes of the bits or registers in a reply.</param>
    /// <param name="dataStart">Register or bit with which the data begin.</param>
    public void Decode(ScanBuffer into, ReadOnlySpan<byte> data, int dataStart)
    {
        var at = Start - dataStart;
        switch (_decoding)
        {
            case Decoding.Bit:
                into.Good(Index, ModbusValues.Bit(data, at));
                break;
            case Decoding.Text:
                into.Good(Index, Text(data.Slice(_registerBytes * at, _bytes)));
                break;
            case Decoding.Bcd:
                DecodeBcd(into, data.Slice((_registerBytes * at) + _padding, _bytes));
                break;
            default:
                into.Good(Index, ModbusValues.Number(_address, data.Slice((_registerBytes * at) + _padding, _bytes)));
                break;
        }
    }

    /// <summary>Sets the tag bad in the scan, with the quality and reason of a fault.</summary>
    public void Bad(ScanBuffer into, ReplyFault fault) => into.Bad(Index, QualityMapping.From(fault), fault.Reason);

    private static Decoding DecodingOf(in ModbusAddress address) => address switch
    {
        _ when address.Area.IsBits() => Decoding.Bit,
        { Type: ModbusType.String } => Decoding.Text,
        { Type: ModbusType.Bcd16 or ModbusType.Bcd32 } => Decoding.Bcd,
        _ => Decoding.Number,
    };

    private void DecodeBcd(ScanBuffer into, ReadOnlySpan<byte> bytes)
    {
        var number = ModbusValues.Number(_address, bytes);
        if (!number.IsNull) into.Good(Index, number);
        else into.Bad(Index, Quality.BadType, "not a BCD number: one of its digits is above 9");
    }

    private static int BytesOf(in ModbusAddress address) =>
        address.Type == ModbusType.String ? address.RegisterBytes * address.Width : address.Type.Bytes(0);

    // A text is decoded again only when its bytes have changed.
    private string Text(ReadOnlySpan<byte> bytes)
    {
        if (_lastText is not null && bytes.SequenceEqual(_lastBytes)) return _lastText;
        bytes.CopyTo(_lastBytes);
        return _lastText = ModbusValues.Text(bytes, _address.StringBytes, _address.Order);
    }
}

/// <summary>Maps the faults of replies to qualities of tags. Pure.</summary>
internal static class QualityMapping
{
    /// <summary>
    /// Codes 01 to 03 mean that the address or function does not exist; other codes, that the device has a fault; 0, that the reply
    /// cannot be trusted.
    /// </summary>
    public static Quality From(ReplyFault fault) => fault.Code switch
    {
        0 => Quality.BadComm,
        <= 3 => Quality.BadAddress,
        _ => Quality.BadDevice,
    };
}
