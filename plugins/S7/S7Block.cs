using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Blocks;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Writing;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7;

/// <summary>
/// Reads and writes raw bytes of a data block or an area. The host makes one call at a time to a device; not thread-safe. It owns its two
/// exchanges, borrows the driver's loop, and never retries a write.
/// </summary>
internal sealed class S7Block(ExchangeLoop<S7Session> loop, S7Address address) : IBlock
{
    private readonly BlockReading _reading = new(loop, address);
    private readonly BlockWriting _writing = new(loop, address);

    public int Length => address.Bytes;

    public ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel)
    {
        if (into.Length != Length) throw new ArgumentException($"memory of {into.Length} bytes for a block of {Length}", nameof(into));
        _reading.Begin(into);
        return loop.RunAsync(_reading, cancel);
    }

    public ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, Length - offset, nameof(bytes));
        if (address.Area == S7Area.Input) throw new RefusedException(WriteTag.NoInputs);
        _writing.Begin(offset, bytes);
        return loop.RunAsync(_writing, cancel);
    }
}
