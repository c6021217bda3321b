using System.Globalization;

namespace PlantRuntime.Payloads;

/// <summary>
/// Parses the path of a value in a JSON payload: <c>values.temperature</c>, <c>$.values[0].temp</c>, <c>["a name with.dots"].x</c>,
/// <c>readings[*].temp</c>. A subset of JSONPath (RFC 9535): member names, indexes and at most one <c>[*]</c>, no filters; the leading
/// <c>$</c> is optional. Pure.
/// </summary>
public static class JsonPath
{
    private const string Example = "for instance values.temperature or $.values[0]";

    /// <summary>Returns the steps, none for the payload itself, or null and the error when the text is not a path.</summary>
    public static IReadOnlyList<JsonPathStep>? Parse(string text, out ParseError? problem)
    {
        var steps = new List<JsonPathStep>();
        problem = null;
        var at = text.StartsWith('$') ? 1 : 0;
        if (text.Length == 0) problem = new ParseError(1, $"expected the path of a value, {Example}");
        while (problem is null && at < text.Length)
        {
            if (text[at] == '[') problem = ParseBracket(text, ref at, steps);
            else if (text[at] == '.' && at > 0) problem = ParseName(text, ref at, at + 1, steps);
            else if (at == 0) problem = ParseName(text, ref at, at, steps);
            else problem = new ParseError(at + 1, $"expected '.' or '[' here, {Example}");
        }

        if (problem is null && steps.Count(s => s.IsEach) > 1)
        {
            var second = text.LastIndexOf("[*]", StringComparison.Ordinal);
            problem = new ParseError(second + 1, "a path has at most one [*]: each element is one reading");
        }

        return problem is null ? steps : null;
    }

    private static ParseError? ParseName(string text, ref int at, int start, List<JsonPathStep> steps)
    {
        var length = text.AsSpan(start).IndexOfAny('.', '[', ']');
        var end = length < 0 ? text.Length : start + length;
        if (end == start) return new ParseError(start + 1, $"expected a name here, {Example}");
        if (end < text.Length && text[end] == ']') return new ParseError(end + 1, "']' without a '['");
        steps.Add(new JsonPathStep(text[start..end]));
        at = end;
        return null;
    }

    private static ParseError? ParseBracket(string text, ref int at, List<JsonPathStep> steps)
    {
        var start = at + 1;
        if (start < text.Length && text[start] is '"' or '\'')
        {
            var quote = text.IndexOf(text[start], start + 1);
            if (quote < 0 || quote + 1 >= text.Length || text[quote + 1] != ']')
                return new ParseError(start + 1, $"a name that begins with {text[start]} must end with {text[start]}]");
            steps.Add(new JsonPathStep(text[(start + 1)..quote]));
            at = quote + 2;
            return null;
        }

        var end = text.IndexOf(']', start);
        if (end < 0) return new ParseError(at + 1, "'[' without a ']'");
        if (text.AsSpan(start, end - start) is "*")
        {
            steps.Add(new JsonPathStep(null, JsonPathStep.Each));
            at = end + 1;
            return null;
        }

        if (!int.TryParse(text.AsSpan(start, end - start), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return new ParseError(start + 1, "expected an index from 0, * or a name in quotes in the brackets: [0], [*] or [\"a.b\"]");
        steps.Add(new JsonPathStep(null, index));
        at = end + 1;
        return null;
    }
}

/// <summary>One step into a JSON value: a member of an object, or an element of an array. Immutable.</summary>
/// <param name="Key">Name of the member, or null for an element.</param>
/// <param name="Index">Index of the element, from 0, or <see cref="Each"/>.</param>
public sealed record JsonPathStep(string? Key, int Index = 0)
{
    /// <summary>The index in <c>[*]</c>: every element, each of which is a reading of its own.</summary>
    public const int Each = -1;

    /// <summary>True for <c>[*]</c>.</summary>
    public bool IsEach => Key is null && Index == Each;
}

/// <summary>An error in an address: a path, a topic filter, a channel. Immutable.</summary>
/// <param name="Column">Column of the error, from 1.</param>
/// <param name="Message">The expected form.</param>
public sealed record ParseError(int Column, string Message);
