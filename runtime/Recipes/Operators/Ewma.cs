using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// An exponentially weighted mean and variance (T. Finch, Incremental calculation of weighted mean and variance, 2009, clause 9).
/// </summary>
internal record struct Ewma(long Count, double Mean, double Variance, Instant At) : ITagState<Ewma>
{
    public readonly bool IsKnown => Count > 0;

    public static Ewma Load(StateReader state) => new(state.ReadInt64(), state.ReadDouble(), state.ReadDouble(), Instant.Load(state));

    public readonly void Save(StateWriter state)
    {
        state.Write(Count);
        state.Write(Mean);
        state.Write(Variance);
        At.Save(state);
    }

    /// <summary>Takes a number in.</summary>
    public void Add(double number, in Instant at, in EwmaWeight weight, PlanClock clock)
    {
        if (Count == 0)
        {
            Mean = number;
        }
        else
        {
            var alpha = weight.Of(at.Since(At, clock));
            var difference = number - Mean;
            Mean += alpha * difference;
            Variance = (1 - alpha) * (Variance + (alpha * difference * difference));
        }

        Count++;
        At = at;
    }
}
