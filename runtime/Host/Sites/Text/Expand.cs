using System.Text;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites.Text;

/// <summary><c>${NAME}</c> in strings: the value of an environment variable. <c>$$</c> is a dollar sign.</summary>
internal static class Expand
{
    /// <summary>Every string of a table, nested ones too; names that are not set are problems at their place.</summary>
    public static TomlTable All(TomlTable table, Func<string, string?> environment, ICollection<Problem> problems)
    {
        var expanded = new TomlTable(table.At, table.Origin);
        foreach (var entry in table.Entries) expanded.Add(entry.Key, entry.KeyAt, Node(entry.Value, environment, problems));
        return expanded;
    }

    private static TomlNode Node(TomlNode node, Func<string, string?> environment, ICollection<Problem> problems)
    {
        switch (node)
        {
            case TomlString text when text.Text.Contains('$'):
                return new TomlString(text.At, Text(text, environment, problems), text.ContentAt);
            case TomlTable table:
                return All(table, environment, problems);
            case TomlArray array:
                var items = new TomlArray(array.At, array.IsOfTables);
                items.Items.AddRange(array.Items.Select(item => Node(item, environment, problems)));
                return items;
            default:
                return node;
        }
    }

    private static string Text(TomlString node, Func<string, string?> environment, ICollection<Problem> problems)
    {
        var text = node.Text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '$' || i + 1 == text.Length || text[i + 1] is not ('$' or '{'))
            {
                result.Append(text[i]);
                continue;
            }

            if (text[++i] == '$')
            {
                result.Append('$');
                continue;
            }

            var at = node.ContentAt with { Column = node.ContentAt.Column + i - 1 };
            var end = text.IndexOf('}', i);
            if (end < 0)
            {
                problems.Add(new Problem(at, "expected } after ${; a dollar sign itself is written $$"));
                return result.ToString();
            }

            var name = text[(i + 1)..end];
            if (environment(name) is { } value) result.Append(value);
            else problems.Add(new Problem(at, $"the environment variable {name} is not set"));
            i = end;
        }

        return result.ToString();
    }
}
