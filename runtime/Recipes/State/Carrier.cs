using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.State;

/// <summary>
/// Carries state from an old plan to a new one, operator by operator: to the one at the same place, the n-th among equals.
/// </summary>
internal sealed class Carrier(PlanClock clock)
{
    public Carried Carry(IReadOnlyList<Node> from, IReadOnlyList<Node> to)
    {
        var now = clock.Now;
        var waiting = to.ToList();
        var homeless = new List<Node>();
        var dropped = new List<string>();
        foreach (var old in from)
        {
            if (waiting.Find(n => n.Place == old.Place) is not { } same)
            {
                homeless.Add(old);
                continue;
            }

            waiting.Remove(same);
            if (SavedState.Load((IStateful)same, SavedState.Save((IStateful)old, clock, now), clock, now) is { } problem)
                dropped.Add($"{old.Place.Name}: {problem}");
        }

        var count = from.Count - homeless.Count - dropped.Count;
        foreach (var old in homeless) dropped.Add($"{old.Place.Name}: {WhatBecameOf(old.Place, waiting)}");
        return new Carried(count, dropped);
    }

    /// <summary>The new operator that is most like the old one tells what was changed.</summary>
    private static string WhatBecameOf(Place old, List<Node> waiting)
    {
        var heir = waiting
            .Where(n => n.Place.Operator == old.Operator && n.Place.Device == old.Device)
            .MaxBy(n => Likeness(n.Place, old));
        if (heir is null) return "it is no longer there";
        waiting.Remove(heir);
        return heir.Place.Difference(old);
    }

    private static int Likeness(Place a, Place b) =>
        (a.Before == b.Before ? 2 : 0) + (a.Tags == b.Tags ? 1 : 0) + (a.Arguments == b.Arguments ? 1 : 0);
}
