using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Wire;

/// <summary>Defines the packets of S7 for <see cref="RequestSession"/>; the PDU reference is the request id. Stateless.</summary>
internal sealed class S7Framing : IRequestFraming
{
    public int MaxFrameBytes => Tpkt.MaxBytes;

    public int FrameLength(ReadOnlySpan<byte> start) => Tpkt.FrameLength(start);

    public void Stamp(Span<byte> frame, ushort id) => S7Header.Stamp(frame, id);

    public bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = 0;
        var pdu = CotpData.Pdu(frame);
        if (pdu.IsEmpty) return false;
        if (!S7Header.IsS7(pdu)) throw new FrameException("a PDU of another protocol than S7", frame);
        id = S7Header.Reference(pdu);
        return S7Header.IsAnswer(pdu);
    }
}
