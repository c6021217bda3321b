namespace PlantRuntime.S7.Tests.Testing;

/// <summary>A request of user data as the scripted CPU understood it.</summary>
internal sealed record CpuUserDataRequest(ushort Reference, int Group, int Function, byte Sequence, byte[] Bytes)
{
    public static CpuUserDataRequest Parse(ReadOnlySpan<byte> packet) =>
        new((ushort)(packet[11] << 8 | packet[12]), packet[22] & 15, packet[23],
        packet[24], packet[(17 + packet[14] + 4)..].ToArray());

    public byte[] Answer(string hex, bool isLast = true, ushort error = 0, byte code = 0xFF)
    {
        var bytes = ScriptedCpu.Hex(hex);
        var length = 33 + bytes.Length;
        return
        [
            3, 0, (byte)(length >> 8), (byte)length, 2, 0xF0, 0x80,
            0x32, 7, 0, 0, (byte)(Reference >> 8), (byte)Reference, 0, 12, (byte)(bytes.Length + 4 >> 8), (byte)(bytes.Length + 4),
            0, 1, 0x12, 8, 0x12, (byte)(0x80 | Group), (byte)Function, 0x42, 0x23, (byte)(isLast ? 0 : 1), (byte)(error >> 8), (byte)error,
            code, 9, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes,
        ];
    }
}
