namespace PlantRuntime.Wire;

/// <summary>
/// Collects bytes as they come and gives out whole frames. One array for its whole life: a length on the wire is checked against
/// <paramref name="maxFrame"/> before it is used, so no far end can make it grow.
/// </summary>
/// <param name="lengthOf">The protocol's rule for the length of a frame.</param>
/// <param name="maxFrame">Longest frame in bytes that the protocol allows.</param>
public sealed class FrameBuffer(FrameLength lengthOf, int maxFrame)
{
    private const int LeastCapacity = 4096;

    private readonly byte[] _bytes = new byte[Math.Max(LeastCapacity, maxFrame)];
    private int _start;
    private int _end;

    /// <summary>Bytes of a frame that is not complete yet.</summary>
    public ReadOnlySpan<byte> Unfinished => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Room for more bytes, never empty once <see cref="TryTake"/> said no. Overwrites the frame given out last.</summary>
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

    /// <summary>Says how many bytes were put into <see cref="Free"/>; 0 is the far end's way to say that no more will come.</summary>
    /// <exception cref="LinkException">The far end closed the connection.</exception>
    public void Filled(int count)
    {
        if (count == 0)
        {
            throw Unfinished.IsEmpty
                ? new LinkException("the far end closed the connection")
                : new FrameException("the far end closed the connection in the middle of a frame, after", Unfinished);
        }

        _end += count;
    }

    /// <summary>The next whole frame, valid until <see cref="Free"/> is called; false when more bytes are needed.</summary>
    /// <exception cref="FrameException">The bytes are no frame, or one longer than allowed.</exception>
    public bool TryTake(out ReadOnlyMemory<byte> frame)
    {
        frame = default;
        if (_start == _end) return false;
        var length = lengthOf(Unfinished);
        if (length > maxFrame) throw new FrameException($"a frame of {length} bytes, longer than the {maxFrame} allowed", Unfinished);
        if (length <= 0 || length > _end - _start) return false;
        frame = _bytes.AsMemory(_start, length);
        _start += length;
        return true;
    }
}
