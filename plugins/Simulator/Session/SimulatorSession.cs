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
        await WaitAsync(TimeSpan.Zero, cancel).ConfigureAwait(false);
        var now = Now();
        if (Faults.RefusesConnects(now)) throw new NotConnectedException("connection refused (simulated fault)");
        _connectedAt = now;
        _isConnected = true;
    }

    public void Close() => _isConnected = false;

    /// <summary>Waits for the device's answer.</summary>
    /// <returns>Ticks of 100 ns since the first connect.</returns>
    public async ValueTask<long> AnswerAsync(CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var asked = NowConnected();
        if (Faults.IsSilent(asked)) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancel).ConfigureAwait(false);
        return await WaitAsync(Faults.Delay(asked), cancel).ConfigureAwait(false) ? NowConnected() : asked;
    }

    private long Now() => time.GetElapsedTime(_firstConnect!.Value).Ticks;

    private long NowConnected()
    {
        if (!_isConnected) throw new NotConnectedException("not connected");
        var now = Now();
        if (!Faults.BrokeBetween(_connectedAt, now)) return now;
        Close();
        throw new NotConnectedException("connection reset (simulated fault)");
    }

    /// <returns>False when there was nothing to wait for.</returns>
    private async ValueTask<bool> WaitAsync(TimeSpan extra, CancellationToken cancel)
    {
        var delay = options.Latency + extra;
        if (options.Jitter > TimeSpan.Zero) delay += options.Jitter * _jitter.Unit(_waits++);
        if (delay <= TimeSpan.Zero) return false;
        await Task.Delay(delay, time, cancel).ConfigureAwait(false);
        return true;
    }
}
