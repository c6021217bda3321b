namespace PlantRuntime.Wire;

/// <summary>
/// Describes the frame layout of a protocol whose requests carry a 16-bit id that their replies repeat. Implementations perform no I/O; one
/// that has state belongs to one session. <see cref="RequestSession"/> calls them while it sends and receives, one call at a time.
/// </summary>
public interface IRequestFraming
{
    /// <summary>Longest frame in bytes that the protocol allows.</summary>
    int MaxFrameBytes { get; }

    /// <summary>Computes the whole length in bytes of the frame that begins here, or 0 if more bytes are needed to know it.</summary>
    /// <exception cref="FrameException">The bytes do not begin a frame of the protocol.</exception>
    int FrameLength(ReadOnlySpan<byte> start);

    /// <summary>Computes the whole length in bytes of the request frame that begins here, which the driver wrote.</summary>
    int RequestLength(ReadOnlySpan<byte> start) => FrameLength(start);

    /// <summary>Writes an id into a request frame.</summary>
    void Stamp(Span<byte> frame, ushort id);

    /// <summary>
    /// Reads the id of the request that a whole frame answers. Returns false for a frame that is not a reply; it is ignored.
    /// </summary>
    /// <exception cref="LinkException">The frame ends the connection.</exception>
    bool TryGetId(ReadOnlySpan<byte> frame, out ushort id);
}
