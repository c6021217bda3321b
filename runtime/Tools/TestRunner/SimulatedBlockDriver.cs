using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Testing;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Gives the host's block operations a driver whose only block is a <see cref="SimulatedBlock"/> in memory. Owned by one simulated mirror
/// or output; runs on the thread of the test; every call completes synchronously and does no I/O. Cannot read tags.
/// </summary>
internal sealed class SimulatedBlockDriver(SimulatedBlock block) : IBlockAccess
{
    /// <summary>Runs an operation to its end on the caller's thread.</summary>
    /// <returns>The exception of a failed operation, or null.</returns>
    public Exception? Try(DeviceOperation job)
    {
        try
        {
            // Operations on memory complete synchronously.
            job.RunAsync(this, CancellationToken.None).GetAwaiter().GetResult();
            return null;
        }
        catch (Exception exception)
        {
            job.Fail(exception);
            return exception;
        }
    }

    public string Endpoint => "simulated";

    public IReader Prepare(IReadOnlyList<TagDefinition> tags) => throw new NotSupportedException();

    public ValueTask ConnectAsync(CancellationToken cancel) => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public IBlock PrepareBlock(string address, int bytes) => new Memory(block, bytes);

    /// <summary>Reads and writes the bytes of the simulated block; throws if the test has set a failure.</summary>
    private sealed class Memory(SimulatedBlock block, int length) : IBlock
    {
        public int Length => length;

        public ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel)
        {
            ThrowIfFailed();
            block.Image(length).CopyTo(into.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            ThrowIfFailed();
            block.Write(offset, bytes.Span);
            return ValueTask.CompletedTask;
        }

        private void ThrowIfFailed()
        {
            if (block.Failure is { } failure) throw new NotConnectedException(failure);
        }
    }
}
