using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>Packets with the PDU reference as their id.</summary>
internal sealed class S7Framing : IRequestFraming
{
    public int MostBytes => Tpkt.MostBytes;

    public int FrameLength(ReadOnlySpan<byte> start) => Tpkt.FrameLength(start);

    public void Stamp(Span<byte> frame, ushort id) => S7Header.Stamp(frame, id);

    public bool TryId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = 0;
        var pdu = CotpData.Pdu(frame);
        if (pdu.IsEmpty) return false;
        if (!S7Header.IsS7(pdu)) throw new FrameException("a PDU of another protocol than S7", frame);
        id = S7Header.Reference(pdu);
        return S7Header.IsAnswer(pdu);
    }
}
