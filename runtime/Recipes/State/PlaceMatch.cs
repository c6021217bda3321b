namespace PlantRuntime.Recipes.State;

/// <summary>
/// Which operators of an old plan go on in a new one, by their places alone: each in the one at the same place, the n-th among equals.
/// </summary>
/// <param name="Pairs">Indexes in the old and the new list.</param>
/// <param name="Dropped">Each operator that goes on nowhere, and why: "Deadband on line.speed: its tags changed".</param>
internal sealed record PlaceMatch(IReadOnlyList<(int From, int To)> Pairs, IReadOnlyList<string> Dropped)
{
    public int Count => Pairs.Count;

    public static PlaceMatch Of(IReadOnlyList<Place> from, IReadOnlyList<Place> to)
    {
        var pairs = new List<(int From, int To)>();
        var homeless = new List<Place>();
        var waiting = Enumerable.Range(0, to.Count).ToList();
        for (var i = 0; i < from.Count; i++)
        {
            var same = waiting.FindIndex(n => to[n] == from[i]);
            if (same < 0)
            {
                homeless.Add(from[i]);
                continue;
            }

            pairs.Add((i, waiting[same]));
            waiting.RemoveAt(same);
        }

        var heirs = waiting.ConvertAll(n => to[n]);
        return new PlaceMatch(pairs, [.. homeless.Select(old => $"{old.Name}: {WhatBecameOf(old, heirs)}")]);
    }

    /// <summary>The new operator that is most like the old one tells what was changed.</summary>
    private static string WhatBecameOf(Place old, List<Place> waiting)
    {
        var heir = waiting.Where(n => n.Operator == old.Operator && n.Device == old.Device).MaxBy(n => Likeness(n, old));
        if (heir is null) return "it is no longer there";
        waiting.Remove(heir);
        return heir.Difference(old);
    }

    private static int Likeness(Place a, Place b) =>
        (a.Before == b.Before ? 2 : 0) + (a.Tags == b.Tags ? 1 : 0) + (a.Arguments == b.Arguments ? 1 : 0);
}
