using System.Buffers.Binary;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>
/// A request as the scripted device understood it, with a parser of its own: offsets as the specification's tables have them.
/// </summary>
internal sealed record DeviceRequest(ushort Id, byte Unit, byte Function, int Start, int Count)
{
    /// <summary>The PDU in hex, as the specification prints it.</summary>
    public string Pdu { get; init; } = "";

    public static DeviceRequest Parse(ReadOnlySpan<byte> frame) => new(
        BinaryPrimitives.ReadUInt16BigEndian(frame),
        frame[6],
        frame[7],
        BinaryPrimitives.ReadUInt16BigEndian(frame[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(frame[10..])) { Pdu = string.Join(' ', frame[7..].ToArray().Select(b => $"{b:X2}")) };

    /// <summary>True when the request touches this register or bit.</summary>
    public bool Covers(int offset) => offset >= Start && offset < Start + Count;

    /// <summary>A right answer; register n holds n, bit n is set when n is a multiple of 3.</summary>
    public byte[] Good() => Function <= 2 ? Bits() : Function <= 4 ? Registers() : Echo();

    /// <summary>The reply to a write: the request's function, address, and value, quantity or masks.</summary>
    public byte[] Echo() => Frame(Convert.FromHexString(Pdu.Replace(" ", "", StringComparison.Ordinal))[..(Function == 0x16 ? 7 : 5)]);

    public byte[] Refusal(byte code) => Frame([(byte)(Function | 0x80), code]);

    /// <summary>Header and PDU, under this request's id and unit.</summary>
    public byte[] Frame(byte[] pdu) => [(byte)(Id >> 8), (byte)Id, 0, 0, 0, (byte)(pdu.Length + 1), Unit, .. pdu];

    private byte[] Registers()
    {
        var pdu = new List<byte> { Function, (byte)(2 * Count) };
        for (var n = Start; n < Start + Count; n++) pdu.AddRange([(byte)(n >> 8), (byte)n]);
        return Frame([.. pdu]);
    }

    private byte[] Bits()
    {
        var bytes = new byte[(Count + 7) / 8];
        for (var i = 0; i < Count; i++)
        {
            if ((Start + i) % 3 == 0) bytes[i / 8] |= (byte)(1 << (i % 8));
        }

        return Frame([Function, (byte)bytes.Length, .. bytes]);
    }
}
