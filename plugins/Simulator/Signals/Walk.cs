using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>Starts in the middle, moves up to a step either way each scan, turns back at the ends: a function of its number.</summary>
internal sealed class Walk(Band band, double step, Chance chance) : Signal
{
    private double _at = (band.Min / 2) + (band.Max / 2);
    private long _scan;

    public static Signal From(AddressParameters words, Chance chance)
    {
        var band = Band.From(words);
        var way = Math.Max(0, band.Max - band.Min);
        var step = words.Number("step", way / 100, low: 0);
        if (step > way) words.Bad("step", FormattableString.Invariant($"a step of {step} is more than max - min"));
        return new Walk(band, step, chance);
    }

    public override Value Next(long ticks)
    {
        var now = _at;
        var next = now + (step * chance.Swing(_scan++));
        if (next > band.Max) next = band.Max - (next - band.Max);
        if (next < band.Min) next = band.Min + (band.Min - next);
        _at = next;
        return band.Type.Of(now);
    }
}
