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
            plan.Report($"no tag \"{pattern}\" in device {devices}{Nearest.DidYouMean(pattern, names, plan.HintAtOwner(pattern))}", pattern);
        }
    }

    private static bool IsMatch(string pattern, string name) =>
        pattern == name
            || (pattern.AsSpan().IndexOfAny('*', '?') >= 0 && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: false));
}
