using PlantRuntime.Contracts;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>What an open window knows of one tag.</summary>
/// <param name="Seen">Samples of any quality.</param>
/// <param name="Count">Good ones.</param>
/// <param name="Mean">Of the good ones, as far as a mean is wanted.</param>
/// <param name="Value">The smallest, largest, first or last good one.</param>
/// <param name="Bad">The quality of the last sample that was not good.</param>
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

        // Running, not sum by count: a sum of large counters loses digits.
        if (aggregate == Aggregate.Mean) Mean += (number - Mean) / Count;
        var isTaken = aggregate switch
        {
            Aggregate.Last => true,
            Aggregate.Min => number < Value.Number,
            Aggregate.Max => number > Value.Number,
            _ => false,
        };
        if (Count == 1 || isTaken) Value = value;
    }

    public readonly Sample Result(Tag tag, DateTime time, Aggregate aggregate)
    {
        var sample = new Sample { Tag = tag, Time = time };
        if (aggregate == Aggregate.Count) sample.Value = Count;
        else if (Count > 0) sample.Value = aggregate == Aggregate.Mean ? Mean : Value;
        else sample.Quality = Seen > 0 ? Bad : Quality.Stale;
        return sample;
    }
}
