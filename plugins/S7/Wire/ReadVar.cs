using System.Buffers.Binary;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>
/// Writes read requests (Read Var, 04) and parses their replies, as in Wireshark's dissector packet-s7comm. Pure.
/// <code>
/// request  04  item count 1  items of 12 bytes (<see cref="VarItem"/>)
/// answer   parameters 04  item count 1;  data, for each item:
///          return code 1 (FF = good)  transport size 1  length 2  bytes  1 byte more when they are odd and the item is not the last
/// </code>
/// The answer's length counts bits when the transport size is 3, 4 or 5, and bytes when it is 6, 7 or 9.
/// </summary>
internal static class ReadVar
{
    public const byte Function = 4;

    /// <summary>Most items of a request. snap7's server, and reportedly CPUs too, ignore further items without an error.</summary>
    public const int MaxItems = 20;

    /// <summary>Bytes of function and item count, in a request and in a reply.</summary>
    public const int ParameterHead = 2;

    /// <summary>Bytes before the data of an item in a reply: return code, transport size and length.</summary>
    public const int ItemHead = 4;

    private const byte Good = 0xFF;

    /// <summary>Returns the length in bytes of a request packet.</summary>
    public static int RequestBytes(int items) => CotpData.PduStart + S7Header.JobSize + ParameterHead + (items * VarItem.Size);

    /// <summary>Writes a request packet without its items and returns its length.</summary>
    public static int Write(Span<byte> packet, int items)
    {
        var length = S7Header.WriteJob(packet, ParameterHead + (items * VarItem.Size));
        var parameters = packet[(CotpData.PduStart + S7Header.JobSize)..];
        parameters[0] = Function;
        parameters[1] = (byte)items;
        return length;
    }

    /// <summary>Returns the bytes of item <paramref name="index"/> in a request packet, from its first byte on.</summary>
    public static Span<byte> Item(Span<byte> packet, int index) => packet[RequestBytes(index)..];

    /// <summary>
    /// Checks all lengths of a reply, so that no item of a truncated reply is used. Returns null and the items, or the fault.
    /// </summary>
    public static S7Fault? Check(ReadOnlySpan<byte> pdu, int count, out ReadOnlySpan<byte> items)
    {
        items = default;
        if (S7Header.Check(pdu, Function, out var parameters, out var data) is { } fault) return fault;
        if (parameters.Length != ParameterHead) return S7Fault.OtherLength;
        if (parameters[1] != count) return S7Fault.OtherCount;
        var rest = data;
        for (var i = 0; i < count; i++)
        {
            if (!TrySkip(ref rest, isLast: i == count - 1, out _, out _)) return S7Fault.OtherLength;
        }

        if (!rest.IsEmpty) return S7Fault.OtherLength;
        items = data;
        return null;
    }

    /// <summary>
    /// Reads the next item of a reply that passed <see cref="Check"/>. Returns null and the bytes of the item, or the fault.
    /// </summary>
    public static S7Fault? Next(scoped ref ReadOnlySpan<byte> items, bool isLast, int asked, out ReadOnlySpan<byte> bytes)
    {
        TrySkip(ref items, isLast, out var head, out bytes);
        if (head[0] != Good) return S7Fault.Item(head[0]);
        if (UnitOf(head[1]) == 0) return S7Fault.OtherSize;
        return bytes.Length == asked ? null : S7Fault.OtherBytes;
    }

    /// <summary>Parses a reply with one item. Returns null and the bytes of the item, or the fault.</summary>
    public static S7Fault? ParseSingle(ReadOnlySpan<byte> pdu, int asked, out ReadOnlySpan<byte> bytes)
    {
        bytes = default;
        return Check(pdu, 1, out var items) ?? Next(ref items, isLast: true, asked, out bytes);
    }

    // A refused item has no bytes, whatever its length says: snap7's server says 4. An unknown return code with a length other than 0 or 4
    // means that the previous item had a wrong length.
    private static bool TrySkip(scoped ref ReadOnlySpan<byte> rest, bool isLast, out ReadOnlySpan<byte> head, out ReadOnlySpan<byte> bytes)
    {
        head = bytes = default;
        if (rest.Length < ItemHead) return false;
        head = rest[..ItemHead];
        rest = rest[ItemHead..];
        if (head[0] != Good) return S7Fault.Item(head[0]).IsKnown || (head[2] == 0 && head[3] is (0 or 4));
        var unit = Math.Max(1, UnitOf(head[1]));
        var length = (BinaryPrimitives.ReadUInt16BigEndian(head[2..]) + unit - 1) / unit;
        if (rest.Length < length) return false;
        bytes = rest[..length];
        rest = rest[length..];
        if (length % 2 == 0 || isLast) return true;
        if (rest.IsEmpty) return false;
        rest = rest[1..];
        return true;
    }

    // The number of length units per byte: bits for some transport sizes, bytes for others.
    private static int UnitOf(byte transportSize) => transportSize switch
    {
        3 or 4 or 5 => 8,
        6 or 7 or 9 => 1,
        _ => 0,
    };
}
