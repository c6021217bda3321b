using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Faults;

/// <summary>All faults of a device, sorted by what they do. Times are ticks since the driver's first connect.</summary>
internal sealed class FaultPlan(IReadOnlyList<FaultOptions> faults)
{
    private readonly FaultWindow[] _disconnects = Windows(faults, FaultKind.Disconnect);
    private readonly FaultWindow[] _timeouts = Windows(faults, FaultKind.Timeout);
    private readonly FaultWindow[] _slows = Windows(faults, FaultKind.Slow);
    private readonly TimeSpan[] _delays = [.. faults.Where(f => f.Kind == FaultKind.Slow).Select(f => f.Delay ?? TimeSpan.Zero)];

    public bool RefusesConnects(long now)
    {
        foreach (var window in _disconnects)
        {
            if (window.IsOpen(now)) return true;
        }

        return false;
    }

    /// <summary>True when the connection broke in the meantime, even when the fault is over by now.</summary>
    public bool BrokeBetween(long from, long to)
    {
        foreach (var window in _disconnects)
        {
            if (window.BeganBetween(from, to)) return true;
        }

        return false;
    }

    public bool IsSilent(long now)
    {
        foreach (var window in _timeouts)
        {
            if (window.IsOpen(now)) return true;
        }

        return false;
    }

    public TimeSpan Delay(long now)
    {
        var delay = TimeSpan.Zero;
        for (var i = 0; i < _slows.Length; i++)
        {
            if (_slows[i].IsOpen(now)) delay += _delays[i];
        }

        return delay;
    }

    /// <summary>The bad faults that concern any of these tags.</summary>
    public BadTags[] BadTags(IReadOnlyList<TagDefinition> tags) =>
        [.. faults.Where(f => f.Kind == FaultKind.Bad).Select(f => new BadTags(f, tags)).Where(bad => !bad.IsEmpty)];

    private static FaultWindow[] Windows(IEnumerable<FaultOptions> faults, FaultKind kind) =>
        [.. faults.Where(f => f.Kind == kind).Select(f => new FaultWindow(f))];
}
