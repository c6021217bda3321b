using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Oscillates between two ends, from the middle upwards, with uniformly distributed noise. The value depends on the time only. Immutable.
/// </summary>
internal sealed class Sine(SignalRange range, long period, double noise, SeededRandom random) : Signal
{
    private readonly double _middle = (range.Min / 2) + (range.Max / 2);
    private readonly double _half = (range.Max - range.Min) / 2;

    public static Signal From(AddressParameters words, SeededRandom random) => new Sine(
        SignalRange.From(words), words.Duration("period", TimeSpan.FromSeconds(10)).Ticks, words.Number("noise", 0, low: 0), random);

    public override Value Next(long ticks)
    {
        var number = _middle + (_half * UnitSine.Sine((double)(ticks % period) / period));
        return range.Type.ToValue(noise == 0 ? number : number + (noise * random.Signed(ticks)));
    }
}
