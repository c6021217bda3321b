using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Adds the numbers of a window; a bool counts as 0 or 1. Created by <see cref="WindowFlow.Sum"/>; runs on the recipe's thread.
/// </summary>
internal sealed class SumNode(ScanSchema schema, bool[] chosen, WindowBoundaries boundaries, PlanClock clock)
    : WindowNode(schema, chosen, keepsUnits: true, boundaries, clock), IStateful
{
    private readonly TagStates<SumState> _sums = new(schema);

    public string StateFormat => "sum 1";

    public override void Save(StateWriter state)
    {
        base.Save(state);
        _sums.Save(state);
    }

    public void Load(StateReader state) => Load(state, _sums.Load);

    protected override void Add(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (Tags[sample.Tag.Index] is not null) _sums[sample.Tag.Index].Add(sample);
        }
    }

    protected override void Close(Scan result, DateTime start, long end, long next)
    {
        for (var i = 0; i < Tags.Length; i++)
        {
            if (Tags[i] is not { } tag) continue;
            result.Append(_sums[i].Result(tag, start));
            _sums[i] = default;
        }
    }

    /// <param name="Seen">Number of samples of any quality.</param>
    /// <param name="Count">Number of good samples.</param>
    /// <param name="IsWhole">True if all good samples are integers or bools.</param>
    /// <param name="Sum">The sum, except of numbers that a decimal cannot hold.</param>
    /// <param name="Rest">The sum of those.</param>
    /// <param name="Bad">Quality of the last sample that was not good.</param>
    private record struct SumState(long Seen, long Count, bool IsWhole, decimal Sum, double Rest, Quality Bad) : ITagState<SumState>
    {
        public readonly bool IsKnown => Seen > 0;

        public static SumState Load(StateReader state) =>
            new(state.ReadInt64(), state.ReadInt64(), state.ReadBoolean(), state.ReadExact(), state.ReadDouble(), state.ReadQuality());

        public readonly void Save(StateWriter state)
        {
            state.Write(Seen);
            state.Write(Count);
            state.Write(IsWhole);
            state.WriteExact(Sum);
            state.Write(Rest);
            state.WriteQuality(Bad);
        }

        public void Add(in Sample sample)
        {
            Seen++;
            var value = sample.Value;
            if (sample.Quality != Quality.Good || !(value.Kind == ValueKind.Bool || (value.IsNumber && double.IsFinite(value.Number))))
            {
                Bad = sample.Quality != Quality.Good ? sample.Quality : Quality.BadType;
                return;
            }

            IsWhole = (Count == 0 || IsWhole) && value.Kind is not (ValueKind.Float32 or ValueKind.Float64);
            Count++;
            if (ExactNumber.TryGet(value, out var exact)) Sum += exact;
            else Rest += value.Number;
        }

        public readonly Sample Result(Tag tag, DateTime time)
        {
            var sample = new Sample { Tag = tag, Time = time };
            if (Count == 0) sample.Quality = Seen > 0 ? Bad : Quality.Stale;
            else if (Rest != 0) sample.Value = (double)Sum + Rest;
            else sample.Value = ExactNumber.ToValue(Sum, IsWhole);
            return sample;
        }
    }
}
