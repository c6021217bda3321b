using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>Frames with the transaction id as their id.</summary>
internal sealed class ModbusFraming : IRequestFraming
{
    public int MostBytes => Mbap.MostBytes;

    public int FrameLength(ReadOnlySpan<byte> start) => Mbap.FrameLength(start);

    public void Stamp(Span<byte> frame, ushort id) => Mbap.Stamp(frame, id);

    public bool TryId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = Mbap.TransactionId(frame);
        return true;
    }
}
