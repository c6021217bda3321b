using System.Text;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>A field of a payload and the column that it is written to. Immutable.</summary>
/// <param name="Path">The field as in site.toml, such as "values.speed".</param>
/// <param name="Names">The names of the path in UTF-8.</param>
/// <param name="Column">The column.</param>
internal sealed record FieldColumn(string Path, byte[][] Names, Column Column)
{
    /// <summary>Creates the columns from options that <see cref="Check"/> accepts.</summary>
    public static IReadOnlyList<FieldColumn> From(IReadOnlyDictionary<string, string> columns) =>
        [.. columns.Select(c => new FieldColumn(
            c.Key,
            [.. c.Key.Split('.').Select(Encoding.UTF8.GetBytes)],
            new Column(NameOf(c.Key), ColumnTypes.Parse(c.Value)!.Value)))];

    /// <summary>Returns every error in the columns of the options.</summary>
    public static IEnumerable<string> Check(IReadOnlyDictionary<string, string> columns)
    {
        if (columns.Count == 0) yield return "is empty: name a field, for instance { ts = \"timestamptz\" }, or leave columns out";
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (path, type) in columns)
        {
            var name = NameOf(path);
            if (!Identifier.IsValid(name)) yield return $"\"{path}\": column {Identifier.DescribeInvalid(name, "speed")}";
            else if (!taken.Add(name)) yield return $"\"{path}\": there is a column {name} already";
            if (ColumnTypes.Parse(type) is null)
                yield return $"{path} = \"{type}\": expected one of {string.Join(", ", ColumnTypes.Known.Select(k => $"\"{k}\""))}";
        }
    }

    private static string NameOf(string path) => path.Replace('.', '_');
}
