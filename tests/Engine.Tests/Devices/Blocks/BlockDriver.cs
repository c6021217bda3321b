using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

/// <summary>A device that is an array of bytes and does what a test says when they are read or written.</summary>
internal sealed class BlockDriver(byte[] memory) : IBlockAccess, IReader
{
    private readonly List<(int Offset, string Hex)> _writes = [];

    public byte[] Memory => memory;

    public string? Refusal { get; set; }

    /// <summary>Called instead of a reading.</summary>
    public Func<Memory<byte>, CancellationToken, ValueTask>? OnRead { get; set; }

    /// <summary>Called before the bytes are in memory.</summary>
    public Func<int, ReadOnlyMemory<byte>, CancellationToken, ValueTask>? OnWrite { get; set; }

    public string Endpoint => "memory";

    /// <summary>What was written since the last call.</summary>
    public (int Offset, string Hex)[] TakeWrites()
    {
        lock (_writes)
        {
            (int, string)[] taken = [.. _writes];
            _writes.Clear();
            return taken;
        }
    }

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => this;

    public ValueTask ConnectAsync(CancellationToken cancel) => Refusal is null ? default : throw new NotConnectedException(Refusal);

    public ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel) => default;

    public IBlock PrepareBlock(string address, int bytes) => new Block(this, bytes);

    public ValueTask DisposeAsync() => default;

    private sealed class Block(BlockDriver driver, int bytes) : IBlock
    {
        public int Length => bytes;

        public ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel)
        {
            if (driver.Refusal is { } refusal) throw new NotConnectedException(refusal);
            if (driver.OnRead is { } read) return read(into, cancel);
            driver.Memory.AsSpan(0, bytes).CopyTo(into.Span);
            return default;
        }

        public async ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> image, CancellationToken cancel)
        {
            if (driver.Refusal is { } refusal) throw new NotConnectedException(refusal);
            if (driver.OnWrite is { } write) await write(offset, image, cancel);
            lock (driver._writes) driver._writes.Add((offset, Convert.ToHexString(image.Span)));
            image.Span.CopyTo(driver.Memory.AsSpan(offset));
        }
    }
}
