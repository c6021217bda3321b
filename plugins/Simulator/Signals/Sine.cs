using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>Swings between two ends, from the middle upward; noise is spread evenly up to so much to either side.</summary>
internal sealed class Sine(Band band, long period, double noise, Chance chance) : Signal
{
    private readonly double _middle = (band.Min / 2) + (band.Max / 2);
    private readonly double _half = (band.Max - band.Min) / 2;

    public static Signal From(AddressParameters words, Chance chance) => new Sine(
        Band.From(words), words.Duration("period", TimeSpan.FromSeconds(10)).Ticks, words.Number("noise", 0, low: 0), chance);

    public override Value Next(long ticks)
    {
        var number = _middle + (_half * Turn.Sine((double)(ticks % period) / period));
        return band.Type.Of(noise == 0 ? number : number + (noise * chance.Swing(ticks)));
    }
}
