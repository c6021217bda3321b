using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Rises linearly from one end to the other, then starts again, with uniformly distributed noise. The value depends on the
/// time only. Immutable.
/// </summary>
internal sealed class Ramp(SignalRange range, long period, double noise, SeededRandom random) : Signal
{
    public static Signal From(AddressParameters words, SeededRandom random) => new Ramp(
        SignalRange.From(words), words.Duration("period", TimeSpan.FromSeconds(10)).Ticks, words.Number("noise", 0, low: 0), random);

    public override Value Next(long ticks)
    {
        var number = range.Min + ((range.Max - range.Min) * ((double)(ticks % period) / period));
        return range.Type.ToValue(noise == 0 ? number : number + (noise * random.Signed(ticks)));
    }
}
