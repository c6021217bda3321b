using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Replaces values by their change per second since the last good value. The first good value, and a value that is not later than the last
/// one, have no rate and are removed from their scan. Created by <see cref="ScanFlow.Rate"/>; runs on the recipe's thread.
/// </summary>
internal sealed class RateNode : Node, IStateful
{
    private readonly TagStates<Last> _last;
    private readonly bool[] _chosen;
    private readonly double _range;
    private readonly CounterKind _kind;
    private readonly PlanClock _clock;

    public RateNode(ScanSchema schema, bool[] chosen, CounterKind kind, PlanClock clock)
        : base(new ScanSchema(schema.Device, [.. schema.Tags.Select(t => chosen[t.Index] ? PerSecond(t) : t)]))
    {
        _last = new TagStates<Last>(schema);
        _chosen = chosen;
        _range = kind switch { CounterKind.Bits16 => 65536.0, CounterKind.Bits32 => 4294967296.0, _ => 0 };
        _kind = kind;
        _clock = clock;
    }

    public string StateFormat => "rate 1";

    public void Save(StateWriter state) => _last.Save(state);

    public void Load(StateReader state) => _last.Load(state);

    public override void Push(Scan scan)
    {
        var samples = scan.Writable;
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            ref var sample = ref samples[i];
            if (_chosen[sample.Tag.Index] && !TryConvert(scan, ref sample)) continue;
            if (count != i) samples[count] = sample;
            count++;
        }

        scan.Schema = Schema;
        scan.Truncate(count);
        if (count > 0) Emit(scan);
    }

    private bool TryConvert(Scan scan, ref Sample sample)
    {
        ref var last = ref _last[sample.Tag.Index];
        sample.Tag = Schema.Tags[sample.Tag.Index];
        if (!FiniteNumber.TryGet(ref sample, out var number)) return true;
        var isSingle = sample.Value.Kind == ValueKind.Float32;
        if (isSingle) number = SinglePrecision.Widen((float)number);
        var now = new Last(true, number, SampleTime.From(scan, sample));
        if (last.IsKnown)
        {
            var seconds = now.At.Since(last.At, _clock).TotalSeconds;
            if (seconds <= 0) return false;
            sample.Value = SinglePrecision.Result(Growth(number, last.Number) / seconds, isSingle);
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

    private readonly record struct Last(bool IsKnown, double Number, SampleTime At) : ITagState<Last>
    {
        public static Last Load(StateReader state) => new(true, state.ReadDouble(), SampleTime.Load(state));

        public void Save(StateWriter state)
        {
            state.Write(Number);
            At.Save(state);
        }
    }
}
