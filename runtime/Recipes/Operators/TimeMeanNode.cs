using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Computes the mean of a window in which each value counts for the time until the next sample, and the last one until the end of the
/// window and on into the next. Time after a bad sample does not count. Created by <see cref="WindowFlow.TimeMean"/>; runs on the recipe's
/// thread.
/// </summary>
internal sealed class TimeMeanNode(ScanSchema schema, bool[] chosen, WindowBoundaries boundaries, PlanClock clock)
    : WindowNode(schema, chosen, keepsUnits: true, boundaries, clock), IStateful
{
    private readonly TagStates<TimeMean> _means = new(schema);

    public string StateFormat => "time mean 1";

    public override void Save(StateWriter state)
    {
        base.Save(state);
        _means.Save(state);
    }

    public void Load(StateReader state) => Load(state, _means.Load);

    protected override void Add(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (Tags[sample.Tag.Index] is not null) _means[sample.Tag.Index].Add(sample, SampleTime.From(scan, sample), Clock);
        }
    }

    protected override void Close(Scan result, DateTime start, long end, long next)
    {
        for (var i = 0; i < Tags.Length; i++)
        {
            if (Tags[i] is not { } tag) continue;
            ref var mean = ref _means[i];
            mean.Advance(new SampleTime(end, default, IsFromDevice: false), Clock);
            result.Append(mean.Result(tag, start));
            mean.Restart(new SampleTime(next, default, IsFromDevice: false));
        }
    }

    /// <param name="IsKnown">True if a sample has come, in this window or before.</param>
    /// <param name="HasValue">True if the last sample was good.</param>
    /// <param name="IsSingle">True if all values that count are singles.</param>
    /// <param name="Last">The last good value.</param>
    /// <param name="Since">The time up to which it is counted.</param>
    /// <param name="Seconds">The time that is counted.</param>
    /// <param name="Mean">The mean of that time.</param>
    /// <param name="Bad">Quality of the last sample that was not good.</param>
    private record struct TimeMean(
        bool IsKnown, bool HasValue, bool IsSingle, double Last, SampleTime Since, double Seconds, double Mean, Quality Bad)
        : ITagState<TimeMean>
    {
        public static TimeMean Load(StateReader state) => new(
            true, state.ReadBoolean(), state.ReadBoolean(), state.ReadDouble(), SampleTime.Load(state), state.ReadDouble(),
            state.ReadDouble(), state.ReadQuality());

        public readonly void Save(StateWriter state)
        {
            state.Write(HasValue);
            state.Write(IsSingle);
            state.Write(Last);
            Since.Save(state);
            state.Write(Seconds);
            state.Write(Mean);
            state.WriteQuality(Bad);
        }

        public void Add(in Sample sample, in SampleTime at, PlanClock clock)
        {
            Advance(at, clock);
            var value = sample.Value;
            var isValue = value.Kind == ValueKind.Bool || (value.IsNumber && double.IsFinite(value.Number));
            HasValue = sample.Quality == Quality.Good && isValue;
            if (!HasValue)
            {
                Bad = sample.Quality != Quality.Good ? sample.Quality : Quality.BadType;
            }
            else
            {
                var isSingle = value.Kind == ValueKind.Float32;
                IsSingle = isSingle && (IsSingle || Seconds == 0);
                Last = isSingle ? SinglePrecision.Widen((float)value.Number) : value.Number;
            }

            (IsKnown, Since) = (true, at);
        }

        /// <summary>Counts the last value up to a time, which can be earlier if the device's clock was set.</summary>
        public void Advance(in SampleTime at, PlanClock clock)
        {
            if (!HasValue || at.Since(Since, clock).TotalSeconds is not (> 0 and var seconds)) return;
            Seconds += seconds;
            Mean += (Last - Mean) * (seconds / Seconds);
        }

        public readonly Sample Result(Tag tag, DateTime time)
        {
            var sample = new Sample { Tag = tag, Time = time };
            if (Seconds > 0) sample.Value = SinglePrecision.Result(Mean, IsSingle);
            else sample.Quality = IsKnown && !HasValue ? Bad : Quality.Stale;
            return sample;
        }

        /// <summary>Begins a window with the last value.</summary>
        public void Restart(in SampleTime start) => (Since, Seconds, Mean) = (start, 0, 0);
    }
}
