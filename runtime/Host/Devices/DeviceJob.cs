using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices;

/// <summary>
/// Something to be done with a device's driver between two scans: a write, a block, a question. It is done once, at once, on the connection
/// that is there, or not at all: it never waits for a connection.
/// </summary>
internal abstract class DeviceJob
{
    /// <summary>Does it. What it throws is its own, apart from a lost connection.</summary>
    public abstract ValueTask RunAsync(IDriver driver, CancellationToken cancel);

    /// <summary>It cannot be done.</summary>
    public abstract void Fail(Exception exception);

    /// <summary>It cannot be done, and the driver that was to do it may still be at it.</summary>
    public virtual void LeaveBehind(Exception exception) => Fail(exception);
}
