using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// The frame layout of one session, and what it has noticed about the device's frames, which explains missing replies. One
/// <see cref="RequestSession"/> calls it; the driver reads the findings between its calls; not thread-safe.
/// </summary>
internal abstract class ModbusFraming : IRequestFraming
{
    /// <summary>True if replies came with the transaction id 0, which no request has.</summary>
    public bool HasZeroIds { get; protected set; }

    /// <summary>True if bytes came that are no frame with a right checksum.</summary>
    public bool HasWrongChecksums { get; protected set; }

    /// <summary>The reason why the last request got no usable reply, if the framing knows one.</summary>
    public virtual string? WhyNoReply => null;

    public abstract int MaxFrameBytes { get; }

    public abstract int FrameLength(ReadOnlySpan<byte> start);

    public abstract int RequestLength(ReadOnlySpan<byte> start);

    public abstract void Stamp(Span<byte> frame, ushort id);

    public abstract bool TryGetId(ReadOnlySpan<byte> frame, out ushort id);
}
