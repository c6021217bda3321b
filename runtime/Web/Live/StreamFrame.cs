using System.Buffers;

namespace PlantRuntime.Web.Live;

/// <summary>
/// The bytes of one step of the stream, shared by all readers and returned to the pool by the last one. The feed creates a frame with one
/// reference, its own; each subscription that queues it has another one. Any thread may release.
/// </summary>
internal sealed class StreamFrame
{
    private readonly byte[] _bytes;
    private readonly int _length;
    private int _references = 1;

    /// <summary>Copies the bytes into memory of the pool.</summary>
    public StreamFrame(ReadOnlySpan<byte> bytes)
    {
        _bytes = ArrayPool<byte>.Shared.Rent(bytes.Length);
        _length = bytes.Length;
        bytes.CopyTo(_bytes);
    }

    /// <summary>The bytes, valid while the caller has a reference.</summary>
    public ReadOnlyMemory<byte> Bytes => _bytes.AsMemory(0, _length);

    /// <summary>Adds a reference.</summary>
    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Removes a reference; the last one returns the memory.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _references) == 0) ArrayPool<byte>.Shared.Return(_bytes);
    }
}
