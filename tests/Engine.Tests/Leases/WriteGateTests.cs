using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Supervision;

namespace PlantRuntime.Engine.Tests.Leases;

/// <summary>Operations of a device while the host does not hold the lease of its site.</summary>
public sealed class WriteGateTests
{
    [Fact]
    public async Task A_write_is_refused_without_the_lease_and_a_read_is_not()
    {
        string? reason = "no lease";
        var queue = new OperationQueue("press", null!, () => reason);
        using var calls = new TimedCalls(TimeSpan.FromSeconds(3), TimeProvider.System, Assert.Fail);
        var (refused, read, written) = (new Operation(isWrite: true), new Operation(isWrite: false), new Operation(isWrite: true));
        queue.Add(refused);
        queue.Add(read);
        Assert.Null(await queue.RunNextAsync(calls));
        Assert.Null(await queue.RunNextAsync(calls));
        reason = null;
        queue.Add(written);
        Assert.Null(await queue.RunNextAsync(calls));
        Assert.Equal("no lease", Assert.IsType<RefusedException>(refused.Failure).Message);
        Assert.Equal((0, 1, 1), (refused.Runs, read.Runs, written.Runs));
    }

    private sealed class Operation(bool isWrite) : DeviceOperation
    {
        public override bool IsWrite => isWrite;

        public int Runs { get; private set; }

        public Exception? Failure { get; private set; }

        public override ValueTask RunAsync(IDriver driver, CancellationToken cancel)
        {
            Runs++;
            return default;
        }

        public override void Fail(Exception exception) => Failure = exception;
    }
}
