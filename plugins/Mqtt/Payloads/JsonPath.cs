using System.Globalization;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// Where in a JSON payload a value is: <c>values.temperature</c>, <c>$.values[0].temp</c>, <c>["a name with.dots"].x</c>. A part of
/// JSONPath (RFC 9535): member names and indexes, no wildcards or filters; the leading <c>$</c> may be left out. Pure.
/// </summary>
internal static class JsonPath
{
    private const string Example = "for instance values.temperature or $.values[0]";

    /// <summary>The steps; empty for the payload itself. Null when the text is no path.</summary>
    public static IReadOnlyList<PathStep>? Parse(string text, out TextProblem? problem)
    {
        var steps = new List<PathStep>();
        problem = null;
        var at = text.StartsWith('$') ? 1 : 0;
        if (text.Length == 0) problem = new TextProblem(1, $"expected the path of a value, {Example}");
        while (problem is null && at < text.Length)
        {
            if (text[at] == '[') problem = Bracket(text, ref at, steps);
            else if (text[at] == '.' && at > 0) problem = Name(text, ref at, at + 1, steps);
            else if (at == 0) problem = Name(text, ref at, at, steps);
            else problem = new TextProblem(at + 1, $"expected '.' or '[' here, {Example}");
        }

        return problem is null ? steps : null;
    }

    private static TextProblem? Name(string text, ref int at, int start, List<PathStep> steps)
    {
        var length = text.AsSpan(start).IndexOfAny('.', '[', ']');
        var end = length < 0 ? text.Length : start + length;
        if (end == start) return new TextProblem(start + 1, $"expected a name here, {Example}");
        if (end < text.Length && text[end] == ']') return new TextProblem(end + 1, "']' without its '['");
        steps.Add(new PathStep(text[start..end]));
        at = end;
        return null;
    }

    private static TextProblem? Bracket(string text, ref int at, List<PathStep> steps)
    {
        var start = at + 1;
        if (start < text.Length && text[start] is '"' or '\'')
        {
            var quote = text.IndexOf(text[start], start + 1);
            if (quote < 0 || quote + 1 >= text.Length || text[quote + 1] != ']')
                return new TextProblem(start + 1, $"a name that begins with {text[start]} ends in {text[start]}]");
            steps.Add(new PathStep(text[(start + 1)..quote]));
            at = quote + 2;
            return null;
        }

        var end = text.IndexOf(']', start);
        if (end < 0) return new TextProblem(at + 1, "'[' without its ']'");
        if (!int.TryParse(text.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return new TextProblem(start + 1, "expected an index from 0 or a name in quotes in the brackets: [0] or [\"a.b\"]");
        steps.Add(new PathStep(null, index));
        at = end + 1;
        return null;
    }
}
