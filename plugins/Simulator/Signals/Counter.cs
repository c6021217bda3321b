using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Counts from 0 at fixed times. It starts again when it reaches <c>wrap</c>, so that <c>wrap</c> itself is never a value; a tag of an
/// integer type of up to 32 bits starts again after the maximum of its type. The value depends on the time only. Immutable.
/// </summary>
internal sealed class Counter(SimulatorType type, long step, long every, long wrap) : Signal
{
    private const long MaxStep = 1_000_000_000;
    private const long MaxWrap = 1L << 32;

    public static Signal From(AddressParameters words, SeededRandom random)
    {
        var type = words.Type(SimulatorType.Lint, SimulatorTypes.IsNumber, "numbers");
        var beyond = type.IsInteger() ? type.Range().High + 1 : MaxWrap;
        return new Counter(
            type,
            words.Whole("step", 1, -MaxStep, MaxStep),
            words.Duration("every", TimeSpan.FromSeconds(1)).Ticks,
            words.Whole("wrap", beyond <= MaxWrap && type.IsInteger() ? (long)beyond : 0, 1, (long)Math.Min(beyond, MaxWrap)));
    }

    public override Value Next(long ticks)
    {
        var steps = ticks / every;
        if (wrap == 0) return type.ToValue(unchecked(steps * step));
        // Both factors are limited, to 2^32 and 2^30: the product fits into 64 bits.
        var count = steps % wrap * (step % wrap) % wrap;
        return type.ToValue(count < 0 ? count + wrap : count);
    }
}
