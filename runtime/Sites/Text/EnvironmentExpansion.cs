using System.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Text;

/// <summary>
/// Replaces <c>${NAME}</c> in strings by environment variables. <c>${NAME:-text}</c> gives the text if the variable is not set or empty;
/// the text can contain variables, and further texts can follow after <c>:-</c>: the first whose variables are all set is taken.
/// <c>$$</c> is a dollar sign; a dollar sign before any other character is unchanged. It has no state.
/// </summary>
internal static class EnvironmentExpansion
{
    /// <summary>
    /// Returns the text with every name replaced; calls <paramref name="problem"/> with the column, from 1, and the reason for each that
    /// cannot be.
    /// </summary>
    public static string Apply(string text, Func<string, string?> environment, Action<int, string> problem) =>
        new VariableText(text, environment, problem).Expand();

    /// <summary>Does the same for every string of a document. Returns new tables; items of arrays are replaced in place.</summary>
    public static TomlTable Apply(TomlTable table, Func<string, string?> environment, ProblemList problems) =>
        table.With(table.Entries.Select(entry => entry with { Value = Apply(entry.Value, environment, problems) }));

    private static TomlValue Apply(TomlValue value, Func<string, string?> environment, ProblemList problems)
    {
        switch (value)
        {
            case TomlString text when text.Text.Contains('$', StringComparison.Ordinal):
                var isExpanded = text.Text.Contains("${", StringComparison.Ordinal);
                var expanded = Apply(text.Text, environment, (column, message) => problems.Add(text.LocationOf(column), message));
                return new TomlString(text.At, text.TextAt, expanded, isPlain: false, isExpanded);
            case TomlTable table:
                return Apply(table, environment, problems);
            case TomlArray array:
                for (var i = 0; i < array.Items.Count; i++) array.Items[i] = Apply(array.Items[i], environment, problems);
                return array;
            default:
                return value;
        }
    }
}

/// <summary>
/// Expands the variables of one text, from left to right. <see cref="EnvironmentExpansion"/> creates one for each text and calls it once.
/// </summary>
internal sealed class VariableText(string text, Func<string, string?> environment, Action<int, string> problem)
{
    // Bounds the recursion for a text such as ${A:-${A:-${A:-…
    private const int MaxDepth = 16;
    private const string Separator = ":-";

    private int _at;
    private bool _isBroken;

    /// <summary>Returns the expanded text, or the text itself after a problem with its syntax.</summary>
    public string Expand()
    {
        var result = Read(isDefault: false, depth: 0);
        if (_isBroken) return text;
        foreach (var (column, message) in result.Missing ?? []) problem(column, message);
        return result.Text;
    }

    // Reads to the end of the text, of a default to its closing brace or to the next default. Pairs of braces belong to the default.
    private Expansion Read(bool isDefault, int depth)
    {
        var result = new StringBuilder();
        List<(int, string)>? missing = null;
        var (hasEmpty, braces) = (false, 0);
        while (_at < text.Length && !_isBroken)
        {
            var rest = text.AsSpan(_at);
            if (isDefault && braces == 0 && (rest[0] == '}' || rest.StartsWith(Separator, StringComparison.Ordinal))) break;
            if (rest.StartsWith("${", StringComparison.Ordinal))
            {
                var variable = ReadVariable(depth);
                result.Append(variable.Text);
                hasEmpty |= variable.HasEmpty;
                if (variable.Missing is not null) (missing ??= []).AddRange(variable.Missing);
                continue;
            }

            if (rest[0] == '{') braces++;
            else if (rest[0] == '}') braces--;
            result.Append(rest[0]);
            _at += rest.StartsWith("$$", StringComparison.Ordinal) ? 2 : 1;
        }

        return new Expansion(result.ToString(), missing, hasEmpty);
    }

    private Expansion ReadVariable(int depth)
    {
        var start = _at;
        _at += 2;
        var length = text.AsSpan(_at).IndexOfAny('}', ':');
        if (length < 0) return Break(start, "${ has no end: expected ${NAME} or ${NAME:-default}, or $${ for the characters themselves");
        if (depth == MaxDepth) return Break(start, $"variables stand in each other more than {MaxDepth} deep");
        var name = text.Substring(_at, length);
        _at += length;
        if (name is not [not (>= '0' and <= '9'), ..] || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            return Break(start, $"\"{name}\" is no name of an environment variable: expected letters, digits and _, as in ${{PLC_ID}}");
        }

        var value = environment(name);
        if (text[_at] == '}')
        {
            _at++;
            if (value is not null) return new Expansion(value, null, value.Length == 0);
            var message = $"the environment variable {name} is not set: set it, give a default as in ${{{name}:-default}}, "
                + $"or write $${{{name}}} for the characters themselves";
            return new Expansion("", [(start + 1, message)], false);
        }

        var chosen = ReadDefaults(start, depth);
        return string.IsNullOrEmpty(value) ? chosen : new Expansion(value, null, false);
    }

    // The first default whose variables are set, not empty; the last one if there is none. All are read, so that all are checked.
    private Expansion ReadDefaults(int start, int depth)
    {
        Expansion? chosen = null;
        while (!_isBroken && text.AsSpan(_at).StartsWith(Separator, StringComparison.Ordinal))
        {
            _at += Separator.Length;
            var next = Read(isDefault: true, depth + 1);
            if (chosen is not { Missing: null, HasEmpty: false }) chosen = next;
        }

        if (_isBroken) return default;
        if (chosen is null) return Break(start, "expected ${NAME} or ${NAME:-default}, found a colon without -");
        if (_at == text.Length) return Break(start, "${ has no end: a default ends with }");
        _at++;
        return chosen.Value;
    }

    private Expansion Break(int start, string message)
    {
        _isBroken = true;
        problem(start + 1, message);
        return default;
    }

    /// <param name="Text">The text, with nothing in place of missing variables.</param>
    /// <param name="Missing">Columns and messages of variables that are not set; null if there are none.</param>
    /// <param name="HasEmpty">True when a variable without default is set and empty.</param>
    private readonly record struct Expansion(string Text, List<(int Column, string Message)>? Missing, bool HasEmpty);
}
