using PlantRuntime.Contracts;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// The state of one tag in an open window. A mutable value that <see cref="WindowNode"/> updates in place on the recipe's thread.
/// </summary>
/// <param name="Seen">Number of samples of any quality.</param>
/// <param name="Count">Number of good samples.</param>
/// <param name="Mean">Mean of the good samples; used only for the mean.</param>
/// <param name="Value">
/// Smallest, largest, first or last good value, depending on the aggregate; for the mean the first one that is not a single, if any.
/// </param>
/// <param name="Bad">Quality of the last sample that was not good.</param>
internal record struct WindowState(long Seen, long Count, double Mean, Value Value, Quality Bad) : ITagState<WindowState>
{
    public readonly bool IsKnown => Seen > 0;

    public static WindowState Load(StateReader state) =>
        new(state.ReadInt64(), state.ReadInt64(), state.ReadDouble(), state.ReadValue(), state.ReadQuality());

    public readonly void Save(StateWriter state)
    {
        state.Write(Seen);
        state.Write(Count);
        state.Write(Mean);
        state.WriteValue(Value);
        state.WriteQuality(Bad);
    }

    public void Add(in Sample sample, Aggregate aggregate)
    {
        Seen++;
        var value = sample.Value;
        var number = value.Number;
        var isCalculated = aggregate is Aggregate.Mean or Aggregate.Min or Aggregate.Max;
        var isValue = isCalculated ? (value.IsNumber && double.IsFinite(number)) || value.Kind == ValueKind.Bool : !value.IsNull;
        if (sample.Quality != Quality.Good || !isValue)
        {
            Bad = sample.Quality != Quality.Good ? sample.Quality : Quality.BadType;
            return;
        }

        Count++;

        // A running mean, because a sum of large counters loses digits.
        if (aggregate == Aggregate.Mean) Mean += (number - Mean) / Count;
        var replaces = aggregate switch
        {
            Aggregate.Last => true,
            Aggregate.Min => number < Value.Number,
            Aggregate.Max => number > Value.Number,
            Aggregate.Mean => value.Kind != ValueKind.Float32,
            _ => false,
        };
        if (Count == 1 || replaces) Value = value;
    }

    public readonly Sample Result(Tag tag, DateTime time, Aggregate aggregate)
    {
        var sample = new Sample { Tag = tag, Time = time };
        if (aggregate == Aggregate.Count) sample.Value = Count;
        else if (Count > 0 && aggregate == Aggregate.Mean) sample.Value = SinglePrecision.Result(Mean, Value.Kind == ValueKind.Float32);
        else if (Count > 0) sample.Value = Value;
        else sample.Quality = Seen > 0 ? Bad : Quality.Stale;
        return sample;
    }
}
