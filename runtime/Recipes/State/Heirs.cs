namespace PlantRuntime.Recipes.State;

/// <summary>
/// Which operators of a new plan go on where those of an old one stood: the one at the same place, the n-th among equals. Found by places
/// alone, before anything is moved.
/// </summary>
/// <param name="Pairs">Indices of old operators and of their heirs.</param>
/// <param name="Dropped">Each old operator without an heir, and why.</param>
internal sealed record Heirs(IReadOnlyList<(int Old, int New)> Pairs, IReadOnlyList<string> Dropped)
{
    public static Heirs Find(IReadOnlyList<Place> old, IReadOnlyList<Place> now)
    {
        var waiting = Enumerable.Range(0, now.Count).ToList();
        var pairs = new List<(int Old, int New)>();
        var homeless = new List<Place>();
        for (var i = 0; i < old.Count; i++)
        {
            var at = waiting.FindIndex(n => now[n] == old[i]);
            if (at < 0)
            {
                homeless.Add(old[i]);
                continue;
            }

            pairs.Add((i, waiting[at]));
            waiting.RemoveAt(at);
        }

        var places = waiting.Select(n => now[n]).ToList();
        return new Heirs(pairs, [.. homeless.Select(place => $"{place.Name}: {WhatBecameOf(place, places)}")]);
    }

    /// <summary>The new operator that is most like the old one tells what was changed.</summary>
    private static string WhatBecameOf(Place old, List<Place> waiting)
    {
        var heir = waiting.Where(p => p.Operator == old.Operator && p.Device == old.Device).MaxBy(p => Likeness(p, old));
        if (heir is null) return "it is no longer there";
        waiting.Remove(heir);
        return heir.Difference(old);
    }

    private static int Likeness(Place a, Place b) =>
        (a.Before == b.Before ? 2 : 0) + (a.Tags == b.Tags ? 1 : 0) + (a.Arguments == b.Arguments ? 1 : 0);
}
