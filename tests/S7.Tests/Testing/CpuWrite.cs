namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A write request of one item as the scripted CPU understood it, with a parser of its own.</summary>
internal sealed record CpuWrite(ushort Reference, byte Area, int Block, int Bits, byte TransportSize, byte[] Bytes)
{
    public static CpuWrite Parse(ReadOnlySpan<byte> packet) =>
        new((ushort)(packet[11] << 8 | packet[12]), packet[27], packet[25] << 8 | packet[26],
            packet[28] << 16 | packet[29] << 8 | packet[30], packet[32], packet[35..].ToArray());

    /// <summary>An answer with a return code for each item.</summary>
    public byte[] Ack(params byte[] codes) => new CpuRequest(Reference, []).Packet([5, (byte)codes.Length], codes);
}
