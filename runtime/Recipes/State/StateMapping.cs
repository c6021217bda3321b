namespace PlantRuntime.Recipes.State;

/// <summary>
/// Pairs the operators of an old plan with the operators of a new plan that have the same path; the n-th of several equal paths with the
/// n-th. Compares paths only; no state is needed. Immutable.
/// </summary>
/// <param name="Pairs">Index of each paired old operator and of its new operator.</param>
/// <param name="Dropped">Each old operator without a new one, with the reason.</param>
internal sealed record StateMapping(IReadOnlyList<(int Old, int New)> Pairs, IReadOnlyList<string> Dropped)
{
    public static StateMapping Create(IReadOnlyList<OperatorPath> old, IReadOnlyList<OperatorPath> now)
    {
        var remaining = Enumerable.Range(0, now.Count).ToList();
        var pairs = new List<(int Old, int New)>();
        var unmatched = new List<OperatorPath>();
        for (var i = 0; i < old.Count; i++)
        {
            var at = remaining.FindIndex(n => now[n] == old[i]);
            if (at < 0)
            {
                unmatched.Add(old[i]);
                continue;
            }

            pairs.Add((i, remaining[at]));
            remaining.RemoveAt(at);
        }

        var paths = remaining.Select(n => now[n]).ToList();
        return new StateMapping(pairs, [.. unmatched.Select(path => $"{path.Name}: {DescribeLoss(path, paths)}")]);
    }

    /// <summary>Returns the reason by comparison with the most similar new operator, which is then not used for another reason.</summary>
    private static string DescribeLoss(OperatorPath old, List<OperatorPath> remaining)
    {
        var candidate = remaining.Where(p => p.Operator == old.Operator && p.Device == old.Device).MaxBy(p => Similarity(p, old));
        if (candidate is null) return "it is no longer there";
        remaining.Remove(candidate);
        return candidate.DescribeChange(old);
    }

    private static int Similarity(OperatorPath a, OperatorPath b) =>
        (a.Before == b.Before ? 2 : 0) + (a.Tags == b.Tags ? 1 : 0) + (a.Arguments == b.Arguments ? 1 : 0);
}
