using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Replaces the values of counters by their increase since the last good value. The first good value has none and is removed from its
/// scan. Created by <see cref="ScanFlow.Increase"/>; runs on the recipe's thread.
/// </summary>
/// <param name="schema">The tags of the flow.</param>
/// <param name="chosen">The counters.</param>
/// <param name="wraps">Number of values of a counter before it overflows; null if it does not.</param>
internal sealed class IncreaseNode(ScanSchema schema, bool[] chosen, double? wraps) : Node(schema), IStateful
{
    // 0 if a counter does not overflow. A conversion from double to decimal keeps 15 digits only, and 2^64 has 20.
    private readonly decimal _range =
        wraps is { } range && Math.Floor(range) == range ? (decimal)(UInt128)range : (decimal)(wraps ?? 0);

    private readonly TagStates<Last> _last = new(schema);

    public string StateFormat => "increase 1";

    public void Save(StateWriter state) => _last.Save(state);

    public void Load(StateReader state) => _last.Load(state);

    public override void Push(Scan scan)
    {
        var samples = scan.Writable;
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            ref var sample = ref samples[i];
            if (chosen[sample.Tag.Index] && !TryConvert(ref sample)) continue;
            if (count != i) samples[count] = sample;
            count++;
        }

        scan.Truncate(count);
        if (count > 0) Emit(scan);
    }

    private bool TryConvert(ref Sample sample)
    {
        if (!FiniteNumber.TryGet(ref sample, out _)) return true;
        ref var last = ref _last[sample.Tag.Index];
        var (isFirst, before, now) = (!last.IsKnown, last.Value, sample.Value);
        last = new Last(true, now);
        if (!isFirst) sample.Value = Increase(before, now);
        return !isFirst;
    }

    private Value Increase(Value before, Value now)
    {
        if (!ExactNumber.TryGet(before, out var last) || !ExactNumber.TryGet(now, out var number))
            return now.Number >= before.Number ? now.Number - before.Number : Math.Max(0, now.Number);
        var increase = number - last;
        if (increase < 0)
        {
            // A counter that was reset has risen from 0; one that overflowed has risen by less than half of its range.
            var wrapped = increase + _range;
            increase = wrapped >= 0 && wrapped < _range / 2 ? wrapped : Math.Max(0, number);
        }

        return ExactNumber.ToValue(increase, before.Kind is ValueKind.Int or ValueKind.UInt && now.Kind is ValueKind.Int or ValueKind.UInt);
    }

    private readonly record struct Last(bool IsKnown, Value Value) : ITagState<Last>
    {
        public static Last Load(StateReader state) => new(true, state.ReadValue());

        public void Save(StateWriter state) => state.WriteValue(Value);
    }
}
