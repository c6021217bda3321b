using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>What one tag does over time. Allocates nothing once made.</summary>
internal abstract class Signal
{
    /// <summary>The value of one scan; called once for each.</summary>
    /// <param name="ticks">Time since the driver's first connect, in ticks of 100 ns.</param>
    public abstract Value Next(long ticks);
}
