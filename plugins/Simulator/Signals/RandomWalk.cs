using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator.Addresses;

namespace PlantRuntime.Plugins.Simulator.Signals;

/// <summary>
/// Starts in the middle of its range, moves by up to one step in either direction at each scan, and is reflected at the ends. It keeps its
/// position between scans; one reader owns it and makes one call at a time.
/// </summary>
internal sealed class RandomWalk(SignalRange range, double step, SeededRandom random) : Signal
{
    private double _at = (range.Min / 2) + (range.Max / 2);
    private long _scan;

    public static Signal From(AddressParameters words, SeededRandom random)
    {
        var range = SignalRange.From(words);
        var way = Math.Max(0, range.Max - range.Min);
        var step = words.Number("step", way / 100, low: 0);
        if (step > way) words.AddProblem("step", FormattableString.Invariant($"a step of {step} is more than max - min"));
        return new RandomWalk(range, step, random);
    }

    public override Value Next(long ticks)
    {
        var now = _at;
        var next = now + (step * random.Signed(_scan++));
        if (next > range.Max) next = range.Max - (next - range.Max);
        if (next < range.Min) next = range.Min + (range.Min - next);
        _at = next;
        return range.Type.ToValue(now);
    }
}
