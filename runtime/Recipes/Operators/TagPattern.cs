using PlantRuntime.Contracts;
using System.IO.Enumeration;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Matches tags by names and patterns with <c>*</c> and <c>?</c>. Case-sensitive. Used while a plan is built.</summary>
internal static class TagPattern
{
    /// <summary>Returns a flag for each tag; all are true if there are no patterns.</summary>
    public static bool[] Match(ScanSchema schema, IReadOnlyCollection<string> patterns) =>
        [.. schema.Tags.Select(tag => patterns.Count == 0 || patterns.Any(pattern => IsMatch(pattern, tag.Name)))];

    /// <summary>Reports every pattern that matches no tag of any branch.</summary>
    public static void Check(PlanBuilder plan, IEnumerable<Node> branches, IEnumerable<string> patterns)
    {
        var schemas = branches.Select(b => b.Schema).ToList();
        var names = schemas.SelectMany(s => s.Tags).Select(t => t.Name).ToList();
        foreach (var pattern in patterns)
        {
            if (names.Any(name => IsMatch(pattern, name))) continue;
            var devices = string.Join(", ", schemas.Select(s => s.Device).Distinct());
            plan.Report($"no tag \"{pattern}\" in device {devices}{Hint(pattern, names, plan.HintAtOwner(pattern))}", pattern);
        }
    }

    /// <summary>
    /// Returns the end of a message about an unknown tag: its names after a <c>Join</c> of two devices that both have it, else the nearest
    /// name, else <paramref name="otherwise"/>.
    /// </summary>
    public static string Hint(string tag, IReadOnlyCollection<string> names, string otherwise = "")
    {
        var joined = names.Where(n => n.EndsWith($".{tag}", StringComparison.Ordinal)).Select(n => $"\"{n}\"").ToList();
        return joined.Count == 0 ? Nearest.DidYouMean(tag, names, otherwise)
            : $": both joined devices have it, so it is called {string.Join(" or ", joined)}";
    }

    private static bool IsMatch(string pattern, string name) =>
        pattern == name
            || (pattern.AsSpan().IndexOfAny('*', '?') >= 0 && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
