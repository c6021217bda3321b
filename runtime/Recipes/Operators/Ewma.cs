using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// An exponentially weighted mean and variance (T. Finch, Incremental calculation of weighted mean and variance, 2009, clause 9). A mutable
/// value that one operator updates in place on the recipe's thread.
/// </summary>
internal record struct Ewma(long Count, double Mean, double Variance, SampleTime At) : ITagState<Ewma>
{
    public readonly bool IsKnown => Count > 0;

    public static Ewma Load(StateReader state) => new(state.ReadInt64(), state.ReadDouble(), state.ReadDouble(), SampleTime.Load(state));

    public readonly void Save(StateWriter state)
    {
        state.Write(Count);
        state.Write(Mean);
        state.Write(Variance);
        At.Save(state);
    }

    /// <summary>Adds a number.</summary>
    public void Add(double number, in SampleTime at, in EwmaWeight weight, PlanClock clock)
    {
        if (Count == 0)
        {
            Mean = number;
        }
        else
        {
            var alpha = weight.After(at.Since(At, clock));
            var difference = number - Mean;
            Mean += alpha * difference;
            Variance = (1 - alpha) * (Variance + (alpha * difference * difference));
        }

        Count++;
        At = at;
    }
}

/// <summary>The weight of a new value: constant, or a function of the time since the last value.</summary>
/// <param name="Alpha">Constant weight, greater than 0 and at most 1; 0 to use the half-life.</param>
/// <param name="HalfLife">Time after which the weight of a value is halved.</param>
internal readonly record struct EwmaWeight(double Alpha, TimeSpan HalfLife)
{
    public double After(TimeSpan passed) => Alpha > 0 ? Alpha : 1 - Math.Pow(2, -Math.Max(0, passed / HalfLife));

    public override string ToString() => Alpha > 0 ? FormattableString.Invariant($"{Alpha}") : $"{HalfLife}";
}
