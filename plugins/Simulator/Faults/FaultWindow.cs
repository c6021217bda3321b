using System.Runtime.InteropServices;

namespace PlantRuntime.Plugins.Simulator.Faults;

/// <summary>
/// Computes the time windows in which a fault is active. All times are ticks of 100 ns since the driver's first connect. Immutable.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct FaultWindow(FaultOptions fault)
{
    private readonly long _after = fault.After.Ticks;
    private readonly long _lasts = fault.For?.Ticks ?? long.MaxValue;
    private readonly long _every = fault.Every?.Ticks ?? 0;

    /// <summary>True from the beginning of a window to before its end.</summary>
    public bool IsOpen(long now) => Beginnings(now) is var count and > 0 && now - _after - ((count - 1) * _every) < _lasts;

    /// <summary>True if a window began after <paramref name="from"/> and at or before <paramref name="to"/>.</summary>
    public bool BeganBetween(long from, long to) => Beginnings(to) > Beginnings(from);

    private long Beginnings(long now) => now < _after ? 0 : _every == 0 ? 1 : 1 + ((now - _after) / _every);
}
