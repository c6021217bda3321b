using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Turns values into their change per second since the last good one. The first good value gives no rate yet and is left out of its scan;
/// so is one that is not later than the last.
/// </summary>
internal sealed class RateNode : Node, IStateful
{
    private readonly TagStates<Last> _last;
    private readonly bool[] _chosen;
    private readonly double _range;
    private readonly CounterKind _kind;
    private readonly PlanClock _clock;

    public RateNode(Schema schema, bool[] chosen, CounterKind kind, PlanClock clock)
        : base(new Schema(schema.Device, [.. schema.Tags.Select(t => chosen[t.Index] ? PerSecond(t) : t)]))
    {
        _last = new TagStates<Last>(schema);
        _chosen = chosen;
        _range = kind switch { CounterKind.Bits16 => 65536.0, CounterKind.Bits32 => 4294967296.0, _ => 0 };
        _kind = kind;
        _clock = clock;
    }

    public string StateForm => "rate 1";

    public void Save(StateWriter state) => _last.Save(state);

    public void Load(StateReader state) => _last.Load(state);

    public override void Push(Scan scan)
    {
        var samples = scan.Writable;
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            ref var sample = ref samples[i];
            if (_chosen[sample.Tag.Index] && !TryTurn(scan, ref sample)) continue;
            if (count != i) samples[count] = sample;
            count++;
        }

        scan.Schema = Schema;
        scan.Truncate(count);
        if (count > 0) Emit(scan);
    }

    private bool TryTurn(Scan scan, ref Sample sample)
    {
        ref var last = ref _last[sample.Tag.Index];
        sample.Tag = Schema.Tags[sample.Tag.Index];
        if (!Numeric.TryTake(ref sample, out var number)) return true;
        var now = new Last(true, number, Instant.Of(scan, sample));
        if (last.IsKnown)
        {
            var seconds = now.At.Since(last.At, _clock).TotalSeconds;
            if (seconds <= 0) return false;
            sample.Value = Growth(number, last.Number) / seconds;
        }

        var isFirst = !last.IsKnown;
        last = now;
        return !isFirst;
    }

    private double Growth(double now, double last)
    {
        var growth = now - last;
        if (growth >= 0 || _kind == CounterKind.None) return growth;
        return growth + _range is var wrapped && wrapped >= 0 && wrapped < _range / 2 ? wrapped : Math.Max(0, now);
    }

    private static Tag PerSecond(Tag tag) =>
        new(tag.Index, tag.Name, tag.Device, tag.Unit.Length > 0 ? $"{tag.Unit}/s" : "1/s", tag.Description);

    private readonly record struct Last(bool IsKnown, double Number, Instant At) : ITagState<Last>
    {
        public static Last Load(StateReader state) => new(true, state.ReadDouble(), Instant.Load(state));

        public void Save(StateWriter state)
        {
            state.Write(Number);
            At.Save(state);
        }
    }
}
