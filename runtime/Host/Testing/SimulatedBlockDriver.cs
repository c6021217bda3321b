using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Testing;

namespace PlantRuntime.Host.Testing;

/// <summary>A driver whose only block lies in memory.</summary>
internal sealed class SimulatedBlockDriver(SimulatedBlock block) : IBlockAccess
{
    /// <summary>Has a job done.</summary>
    /// <returns>Why it was not, or null.</returns>
    public Exception? Try(DeviceJob job)
    {
        try
        {
            // Memory answers at once.
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

    private sealed class Memory(SimulatedBlock block, int length) : IBlock
    {
        public int Length => length;

        public ValueTask ReadAsync(Memory<byte> into, CancellationToken cancel)
        {
            Reach();
            block.Image(length).CopyTo(into.Span);
            return ValueTask.CompletedTask;
        }

        public ValueTask WriteAsync(int offset, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
        {
            Reach();
            block.Write(offset, bytes.Span);
            return ValueTask.CompletedTask;
        }

        private void Reach()
        {
            if (block.Failure is { } failure) throw new NotConnectedException(failure);
        }
    }
}
