using System.Text;

namespace PlantRuntime.Host.Sites;

/// <summary><c>${NAME}</c> in strings, from the environment. <c>$$</c> is a dollar; so is one before anything else.</summary>
internal static class Expand
{
    /// <summary>
    /// The text with every name replaced; of each that cannot be, <paramref name="problem"/> is told the column, from 1, and why.
    /// </summary>
    public static string Variables(string text, Func<string, string?> environment, Action<int, string> problem)
    {
        var result = new StringBuilder(text.Length);
        var at = 0;
        for (var dollar = text.IndexOf('$'); dollar >= 0; dollar = text.IndexOf('$', at))
        {
            result.Append(text, at, dollar - at);
            at = dollar + 1;
            var next = at < text.Length ? text[at] : '\0';
            if (next != '{')
            {
                result.Append('$');
                if (next == '$') at++;
                continue;
            }

            var close = text.IndexOf('}', at);
            if (close < 0)
            {
                problem(dollar + 1, "${ has no end: expected ${NAME}, or $${ for the characters themselves");
                return text;
            }

            result.Append(Value(text[(at + 1)..close], environment, message => problem(dollar + 1, message)));
            at = close + 1;
        }

        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>The same for every string of a document.</summary>
    public static TomlTable Variables(TomlTable table, Func<string, string?> environment, ProblemList problems) =>
        table.With(table.Entries.Select(entry => entry with { Value = Variables(entry.Value, environment, problems) }));

    private static TomlValue Variables(TomlValue value, Func<string, string?> environment, ProblemList problems)
    {
        switch (value)
        {
            case TomlString text when text.Text.Contains('$', StringComparison.Ordinal):
                var expanded = Variables(text.Text, environment, (column, message) => problems.Add(text.PositionOf(column), message));
                return new TomlString(text.At, text.TextAt, expanded, isPlain: false);
            case TomlTable table:
                return Variables(table, environment, problems);
            case TomlArray array:
                for (var i = 0; i < array.Items.Count; i++) array.Items[i] = Variables(array.Items[i], environment, problems);
                return array;
            default:
                return value;
        }
    }

    private static string? Value(string name, Func<string, string?> environment, Action<string> problem)
    {
        var isName = name is [not (>= '0' and <= '9'), ..] && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');
        var value = isName ? environment(name) : null;
        if (!isName) problem($"\"{name}\" is no name of an environment variable: expected letters, digits and _, as in ${{PLC_ID}}");
        else if (value is null) problem($"the environment variable {name} is not set; for the characters themselves write $${{{name}}}");
        return value;
    }
}
