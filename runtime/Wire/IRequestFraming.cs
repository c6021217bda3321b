namespace PlantRuntime.Wire;

/// <summary>
/// What a <see cref="RequestSession"/> has to know of a protocol whose requests carry a 16-bit id that their answers repeat.
/// </summary>
public interface IRequestFraming
{
    /// <summary>Longest frame in bytes that the protocol allows.</summary>
    int MostBytes { get; }

    /// <summary>Whole length in bytes of the frame that begins here, or 0 when more bytes are needed to know.</summary>
    /// <exception cref="FrameException">These bytes begin no frame of the protocol.</exception>
    int FrameLength(ReadOnlySpan<byte> start);

    /// <summary>Puts an id into a request.</summary>
    void Stamp(Span<byte> frame, ushort id);

    /// <summary>The id of the request that a whole frame answers; false for a frame that is no answer.</summary>
    /// <exception cref="LinkException">After this frame the connection is of no more use.</exception>
    bool TryId(ReadOnlySpan<byte> frame, out ushort id);
}
