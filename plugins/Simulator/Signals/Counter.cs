using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Counts on from 0 at fixed times. With <c>wrap</c> it starts over when it gets there, so that <c>wrap</c> itself is never seen; a tag of
/// an integer type of up to 32 bits starts over behind the greatest number of its type.
/// </summary>
internal sealed class Counter(SimulatorType type, long step, long every, long wrap) : Signal
{
    private const long MostStep = 1_000_000_000;
    private const long MostWrap = 1L << 32;

    public static Signal From(AddressParameters words, Chance chance)
    {
        var type = words.Type(SimulatorType.Lint, SimulatorTypes.IsNumber, "numbers");
        var beyond = type.IsInteger() ? type.Range().High + 1 : MostWrap;
        return new Counter(
            type,
            words.Whole("step", 1, -MostStep, MostStep),
            words.Duration("every", TimeSpan.FromSeconds(1)).Ticks,
            words.Whole("wrap", beyond <= MostWrap && type.IsInteger() ? (long)beyond : 0, 1, (long)Math.Min(beyond, MostWrap)));
    }

    public override Value Next(long ticks)
    {
        var steps = ticks / every;
        if (wrap == 0) return type.Of(unchecked(steps * step));
        // Less than 2^32 times less than 2^30: the product fits.
        var count = steps % wrap * (step % wrap) % wrap;
        return type.Of(count < 0 ? count + wrap : count);
    }
}
