namespace PlantRuntime.S7.Tests.Testing;

/// <summary>One item of a request: bytes of an area.</summary>
internal sealed record CpuItem(byte Area, int Block, int Start, int Bytes)
{
    /// <summary>Returns a byte of the scripted CPU's memory.</summary>
    public static byte Held(int block, int at) => (byte)((7 * at) + block);

    public bool Covers(int at) => at >= Start && at < Start + Bytes;

    public byte[] Good()
    {
        var bits = Bytes * 8;
        return [0xFF, 4, (byte)(bits >> 8), (byte)bits, .. Enumerable.Range(Start, Bytes).Select(at => Held(Block, at))];
    }
}
