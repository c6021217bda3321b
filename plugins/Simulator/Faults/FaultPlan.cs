using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Faults;

/// <summary>
/// Tells which faults of a device are active at a given time. Times are ticks of 100 ns since the driver's first connect.
/// <see cref="Session.SimulatorSession"/> owns it. Immutable; has no clock.
/// </summary>
internal sealed class FaultPlan(IReadOnlyList<FaultOptions> faults)
{
    private readonly FaultWindow[] _disconnects = Windows(faults, FaultKind.Disconnect);
    private readonly FaultWindow[] _timeouts = Windows(faults, FaultKind.Timeout);
    private readonly FaultWindow[] _slows = Windows(faults, FaultKind.Slow);
    private readonly TimeSpan[] _delays = [.. faults.Where(f => f.Kind == FaultKind.Slow).Select(f => f.Delay ?? TimeSpan.Zero)];

    /// <summary>True while a disconnect fault is active.</summary>
    public bool RefusesConnects(long now)
    {
        foreach (var window in _disconnects)
        {
            if (window.IsOpen(now)) return true;
        }

        return false;
    }

    /// <summary>
    /// True if a disconnect fault began after <paramref name="from"/> and at or before <paramref name="to"/>, even if it is over.
    /// </summary>
    public bool BrokeBetween(long from, long to)
    {
        foreach (var window in _disconnects)
        {
            if (window.BeganBetween(from, to)) return true;
        }

        return false;
    }

    /// <summary>True while a timeout fault is active.</summary>
    public bool IsSilent(long now)
    {
        foreach (var window in _timeouts)
        {
            if (window.IsOpen(now)) return true;
        }

        return false;
    }

    /// <summary>Returns the sum of the additional latencies of all active slow faults.</summary>
    public TimeSpan Delay(long now)
    {
        var delay = TimeSpan.Zero;
        for (var i = 0; i < _slows.Length; i++)
        {
            if (_slows[i].IsOpen(now)) delay += _delays[i];
        }

        return delay;
    }

    /// <summary>Creates the faults of the kind "bad" that affect any of these tags.</summary>
    public BadTags[] BadTags(IReadOnlyList<TagDefinition> tags) =>
        [.. faults.Where(f => f.Kind == FaultKind.Bad).Select(f => new BadTags(f, tags)).Where(bad => !bad.IsEmpty)];

    private static FaultWindow[] Windows(IEnumerable<FaultOptions> faults, FaultKind kind) =>
        [.. faults.Where(f => f.Kind == kind).Select(f => new FaultWindow(f))];
}
