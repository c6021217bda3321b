using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Alternates between FALSE and TRUE, each for the same time, or with TRUE for the fraction <c>duty</c> of a cycle. The value depends on
/// the time only. Immutable.
/// </summary>
internal sealed class Toggle(SimulatorType type, long cycle, double duty) : Signal
{
    private readonly long _low = cycle - (long)(cycle * duty);
    private readonly Value _true = type.ToValue(1L);
    private readonly Value _false = type.ToValue(0L);

    public static Signal From(AddressParameters words, SeededRandom random) => new Toggle(
        words.Type(SimulatorType.Bool, type => type == SimulatorType.Bool || type.IsNumber(), "TRUE and FALSE or 1 and 0"),
        words.Duration("every", TimeSpan.FromSeconds(5)).Ticks * 2,
        words.Number("duty", 0.5, 0, 1));

    public override Value Next(long ticks) => ticks % cycle < _low ? _false : _true;
}
