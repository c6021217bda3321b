using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Faults;

namespace PlantRuntime.Plugins.Simulator.Session;

/// <summary>
/// The simulated connection of one device: its latency and the effect of faults. <see cref="SimulatorDriver"/> owns it and shares it with
/// its readers; the host makes one call at a time; not thread-safe. It opens no socket and starts no task.
/// </summary>
internal sealed class SimulatorSession(SimulatorOptions options, TimeProvider time)
{
    private readonly SeededRandom _jitter = SeededRandom.For(options.Seed, "");
    private long? _firstConnect;
    private long _connectedAt;
    private bool _isConnected;
    private long _waits;

    public FaultPlan Faults { get; } = new(options.Faults);

    /// <summary>Connects. The first attempt, even a refused one, starts the time of values and faults.</summary>
    public async ValueTask ConnectAsync(CancellationToken cancel)
    {
        Close();
        cancel.ThrowIfCancellationRequested();
        _firstConnect ??= time.GetTimestamp();
        await Task.Delay(NextLatency(), time, cancel).ConfigureAwait(false);
        var now = Now();
        if (Faults.RefusesConnects(now)) throw new NotConnectedException("connection refused (simulated fault)");
        _connectedAt = now;
        _isConnected = true;
    }

    /// <summary>Ends the connection; a new one can be opened afterwards.</summary>
    public void Close() => _isConnected = false;

    /// <summary>Begins a read and returns after which time the device answers; infinite while a timeout fault is active.</summary>
    /// <exception cref="NotConnectedException">There is no connection, or it broke.</exception>
    public TimeSpan Ask()
    {
        var now = Answer();
        return Faults.IsSilent(now) ? Timeout.InfiniteTimeSpan : NextLatency() + Faults.Delay(now);
    }

    /// <summary>Returns the time for which the device's values hold, in ticks of 100 ns since the first connect.</summary>
    /// <exception cref="NotConnectedException">There is no connection, or it broke.</exception>
    public long Answer()
    {
        if (!_isConnected) throw new NotConnectedException("not connected");
        var now = Now();
        if (!Faults.BrokeBetween(_connectedAt, now)) return now;
        Close();
        throw new NotConnectedException("connection reset (simulated fault)");
    }

    private long Now() => time.GetElapsedTime(_firstConnect!.Value).Ticks;

    private TimeSpan NextLatency() =>
        options.Jitter == TimeSpan.Zero ? options.Latency : options.Latency + (options.Jitter * _jitter.Unit(_waits++));
}
