using System.Buffers.Binary;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A read request as the scripted CPU understood it, with a parser of its own.</summary>
internal sealed record CpuRequest(ushort Reference, CpuItem[] Items)
{
    public static CpuRequest Parse(ReadOnlySpan<byte> packet)
    {
        var items = new CpuItem[packet[18]];
        for (var i = 0; i < items.Length; i++)
        {
            var at = packet[(19 + (12 * i))..];
            var address = at[9] << 16 | at[10] << 8 | at[11];
            var isNumbered = at[8] is 0x1C or 0x1D;
            items[i] = new CpuItem(at[8], at[6] << 8 | at[7], isNumbered ? 2 * address : at[8] is 0x1E or 0x1F ? address : address / 8,
                (at[4] << 8 | at[5]) * (isNumbered ? 2 : 1));
        }

        return new CpuRequest(BinaryPrimitives.ReadUInt16BigEndian(packet[11..]), items);
    }

    /// <summary>A right answer, but for the items that <paramref name="refuse"/> has a return code for.</summary>
    public byte[] Good(Func<CpuItem, byte>? refuse = null) =>
        Answer([.. Items.Select(item => refuse?.Invoke(item) is { } code and not 0 ? [code, 0, 0, 0] : item.Good())]);

    /// <summary>An answer of these items, padded as a CPU does.</summary>
    public byte[] Answer(params byte[][] items)
    {
        var data = items.SelectMany((item, i) => item.Length % 2 == 0 || i == items.Length - 1 ? item : [.. item, 0]).ToArray();
        return Packet([4, (byte)items.Length], data);
    }

    public byte[] Error(byte errorClass, byte code)
    {
        var packet = Packet([4, 0], []);
        (packet[17], packet[18]) = (errorClass, code);
        return packet;
    }

    public byte[] Packet(byte[] parameters, byte[] data)
    {
        var length = 19 + parameters.Length + data.Length;
        return
        [
            3, 0, (byte)(length >> 8), (byte)length, 2, 0xF0, 0x80,
            0x32, 3, 0, 0, (byte)(Reference >> 8), (byte)Reference, 0, (byte)parameters.Length,
            (byte)(data.Length >> 8), (byte)data.Length, 0, 0, .. parameters, .. data,
        ];
    }
}
