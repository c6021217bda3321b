using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Faults;

namespace PlantRuntime.Plugins.Simulator.Session;

/// <summary>The connection that is not there: how long the device takes, and what its faults make of it.</summary>
internal sealed class SimulatorSession(SimulatorOptions options, TimeProvider time)
{
    private readonly Chance _jitter = Chance.Of(options.Seed, "");
    private long? _firstConnect;
    private long _connectedAt;
    private bool _isConnected;
    private long _waits;

    public FaultPlan Faults { get; } = new(options.Faults);

    /// <summary>Connects; the first attempt, even a refused one, starts the time by which values and faults go.</summary>
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

    public void Close() => _isConnected = false;

    /// <summary>Asks the device for its values.</summary>
    /// <returns>How long it takes to answer, without end when it stays silent.</returns>
    /// <exception cref="NotConnectedException">There is no connection, or it broke.</exception>
    public TimeSpan Ask()
    {
        var now = Answer();
        return Faults.IsSilent(now) ? Timeout.InfiniteTimeSpan : NextLatency() + Faults.Delay(now);
    }

    /// <summary>The moment for which the device's values hold: ticks of 100 ns since the first connect.</summary>
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
