using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>Climbs evenly from one end to the other, then starts again; noise as of a <see cref="Sine"/>.</summary>
internal sealed class Ramp(Band band, long period, double noise, Chance chance) : Signal
{
    public static Signal From(AddressParameters words, Chance chance) => new Ramp(
        Band.From(words), words.Duration("period", TimeSpan.FromSeconds(10)).Ticks, words.Number("noise", 0, low: 0), chance);

    public override Value Next(long ticks)
    {
        var number = band.Min + ((band.Max - band.Min) * ((double)(ticks % period) / period));
        return band.Type.Of(noise == 0 ? number : number + (noise * chance.Swing(ticks)));
    }
}
