using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Computes the values of one tag over time. One <see cref="SimulatorReader"/> owns it and calls it within ReadAsync, one call at a time;
/// not thread-safe. It performs no I/O, has no clock and allocates nothing once created.
/// </summary>
internal abstract class Signal
{
    /// <summary>Returns the value of the next scan; called once per scan.</summary>
    /// <param name="ticks">Time since the driver's first connect, in ticks of 100 ns.</param>
    public abstract Value Next(long ticks);
}
