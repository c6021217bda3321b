namespace PlantRuntime.Wire;

/// <summary>
/// Computes the whole length in bytes of the frame that begins with these bytes, or 0 if more bytes are needed to know it. Pure.
/// </summary>
/// <param name="start">The bytes received so far, from the first byte of the frame; may contain more than the frame.</param>
/// <exception cref="FrameException">The bytes do not begin a frame of the protocol.</exception>
public delegate int FrameLength(ReadOnlySpan<byte> start);

/// <summary>
/// Observes the messages of a connection for a trace. It copies what it needs, never waits and never throws.
/// </summary>
/// <param name="isSent">True for a message to the peer.</param>
/// <param name="frame">The whole message, or the bytes that are none; empty for an event.</param>
/// <param name="damage">Why the bytes are no message, or the event; null for a message.</param>
public delegate void FrameObserver(bool isSent, ReadOnlySpan<byte> frame, string? damage);

/// <summary>
/// Collects received bytes and splits them into whole frames. It owns one array for its whole life. A length on the wire is checked against
/// <paramref name="maxFrame"/> before it is used, so a peer cannot make the buffer grow. One connection owns it and its receiving side
/// makes all calls, one at a time; performs no I/O; not thread-safe.
/// </summary>
/// <param name="lengthOf">Computes the length of a frame from its first bytes.</param>
/// <param name="maxFrame">Longest frame in bytes that the protocol allows.</param>
/// <param name="cutsLongFrames">
/// True to receive a longer frame to its end and to return only its first <paramref name="maxFrame"/> bytes, for protocols whose frames
/// name their subject at the start; false to refuse it.
/// </param>
public sealed class FrameBuffer(FrameLength lengthOf, int maxFrame, bool cutsLongFrames = false)
{
    // Bytes: more than the longest frame of Modbus or S7, so that one receive can collect several frames.
    private const int MinCapacity = 4096;

    private readonly byte[] _bytes = new byte[Math.Max(MinCapacity, maxFrame) + (cutsLongFrames ? MinCapacity : 0)];
    private int _start;
    private int _end;
    // The first maxFrame bytes of a long frame are at the start of Unfinished while its other bytes are received and discarded.
    private bool _isCutting;
    private int _discard;

    /// <summary>Observes every frame read, and bytes that are no frame; null for none.</summary>
    public FrameObserver? Observer { get; set; }

    /// <summary>The bytes of a frame that is not complete yet.</summary>
    public ReadOnlySpan<byte> Unfinished => _bytes.AsSpan(_start, _end - _start);

    /// <summary>
    /// Returns the free space, which is never empty after <see cref="TryRead"/> returned false. Overwrites the last frame read.
    /// </summary>
    public Memory<byte> Free()
    {
        if (_start > 0)
        {
            Unfinished.CopyTo(_bytes);
            _end -= _start;
            _start = 0;
        }

        return _bytes.AsMemory(_end);
    }

    /// <summary>
    /// Commits <paramref name="count"/> bytes written to <see cref="Free"/>. Zero means that the peer closed the connection.
    /// </summary>
    /// <exception cref="LinkException">The peer closed the connection.</exception>
    public void Commit(int count)
    {
        if (count == 0)
        {
            Observer?.Invoke(false, Unfinished, "the far end closed the connection");
            throw Unfinished.IsEmpty
                ? new LinkException("the far end closed the connection")
                : new FrameException("the far end closed the connection in the middle of a frame, after", Unfinished);
        }

        var discarded = Math.Min(count, _discard);
        _discard -= discarded;
        _bytes.AsSpan(_end + discarded, count - discarded).CopyTo(_bytes.AsSpan(_end));
        _end += count - discarded;
    }

    /// <summary>Drops the bytes of a frame that is not complete yet, because the rest of it will not come.</summary>
    public void DropUnfinished() => (_start, _end, _isCutting, _discard) = (0, 0, false, 0);

    /// <summary>
    /// Reads the next whole frame, which is valid until <see cref="Free"/> is called. Returns false if more bytes are needed.
    /// </summary>
    /// <exception cref="FrameException">The bytes are not a frame, or the frame is longer than allowed.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> frame)
    {
        try
        {
            if (!TryReadNext(out frame)) return false;
        }
        catch (FrameException e) when (Observer is not null)
        {
            Observer(false, Unfinished, e.Message);
            throw;
        }

        Observer?.Invoke(false, frame.Span, null);
        return true;
    }

    private bool TryReadNext(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (_start == _end) return false;
        var length = lengthOf(Unfinished);
        if (length > maxFrame)
        {
            if (!cutsLongFrames) throw new FrameException($"a frame of {length} bytes, longer than the {maxFrame} allowed", Unfinished);
            if (!IsCut(length)) return false;
            length = maxFrame;
        }

        if (length <= 0 || length > _end - _start) return false;
        frame = _bytes.AsMemory(_start, length);
        _start += length;
        return true;
    }

    /// <summary>Discards the bytes of a long frame after the first <c>maxFrame</c>; returns true when all of them were received.</summary>
    private bool IsCut(int length)
    {
        if (!_isCutting)
        {
            var end = _start + maxFrame;
            if (_end < end) return false;
            var discarded = Math.Min(_end - end, length - maxFrame);
            _bytes.AsSpan(end + discarded, _end - end - discarded).CopyTo(_bytes.AsSpan(end));
            _end -= discarded;
            (_isCutting, _discard) = (true, length - maxFrame - discarded);
        }

        _isCutting = _discard > 0;
        return !_isCutting;
    }
}
