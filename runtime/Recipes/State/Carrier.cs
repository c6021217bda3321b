using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>Carries state from an old plan to a new one, operator by operator, as their <see cref="PlaceMatch"/> says.</summary>
internal sealed class Carrier(PlanClock clock)
{
    public Carried Carry(IReadOnlyList<Node> from, IReadOnlyList<Node> to)
    {
        var now = clock.Now;
        var match = PlaceMatch.Of([.. from.Select(n => n.Place)], [.. to.Select(n => n.Place)]);
        var damaged = new List<string>();
        foreach (var (old, same) in match.Pairs)
        {
            if (SavedState.Load((IStateful)to[same], SavedState.Save((IStateful)from[old], clock, now), clock, now) is { } problem)
                damaged.Add($"{from[old].Place.Name}: {problem}");
        }

        return new Carried(match.Count - damaged.Count, [.. damaged, .. match.Dropped]);
    }
}
