using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites;

/// <summary>The tags of a device: a table of site.toml, or the name of a tag table.</summary>
internal static class TagBuilder
{
    /// <summary>The tags; those with problems are left out.</summary>
    public static IReadOnlyList<TagModel> Build(BindingScope scope, TomlEntry tags)
    {
        switch (tags.Value)
        {
            case TomlString file:
                return ReadTable(scope, file);
            case TomlTable { Entries: [] } table:
                if (!table.IsIncomplete) scope.Fail(table.At, "the tags are empty: expected at least one, as in speed = \"address\"");
                return [];
            case TomlTable table:
                return [.. table.Entries.Select(entry => BuildTag(scope, entry)).OfType<TagModel>()];
            default:
                scope.Expected("tags", "a table of tags or the name of a CSV file", tags.Value);
                return [];
        }
    }

    private static TagModel? BuildTag(BindingScope scope, TomlEntry entry)
    {
        if (Names.TextProblem(entry.Key) is { } problem) scope.Fail(entry.KeyAt, problem);
        switch (entry.Value)
        {
            case TomlString { Text: var address } text:
                if (string.IsNullOrWhiteSpace(address)) scope.Fail(text.At, $"{entry.Key}: expected an address, found an empty string");
                return new TagHead { Address = address }.ToModel(entry.Key, entry.KeyAt, text.TextAt);
            case TomlTable { Origin: TomlOrigin.Dotted } table when table.Find("address") is null:
                scope.Fail(entry.KeyAt, $"a tag's name with dots must be quoted: \"{entry.Key}.{table.Entries[0].Key}\" = …");
                return null;
            case TomlTable table:
                if (scope.Bind<TagHead>(table) is not { } head) return null;
                return head.ToModel(entry.Key, entry.KeyAt, ((TomlString)table.Find("address")!.Value).TextAt);
            default:
                scope.Expected(entry.Key, "an address in quotes or a table such as { address = \"…\", unit = \"A\" }", entry.Value);
                return null;
        }
    }

    private static List<TagModel> ReadTable(BindingScope scope, TomlString file)
    {
        var path = Path.Combine(scope.SiteFolder, file.Text);
        scope.TagTables.Add(path);
        if (BoundedFile.Read(path, SiteFile.MaxBytes, out var problem) is { } utf8)
        {
            var problems = new ProblemList(TagTable.MaxProblems);
            var tags = TagTable.Read(utf8, Path.GetRelativePath(scope.SiteFolder, path).Replace('\\', '/'), problems);
            scope.Problems.AddAll(problems);
            return tags;
        }

        var tables = Directory.Exists(scope.SiteFolder) ? Directory.EnumerateFiles(scope.SiteFolder, "*.csv") : [];
        scope.Fail(file.At, $"the tag table \"{file.Text}\" {problem}{Nearest.Hint(file.Text, tables.Select(t => Path.GetFileName(t)))}");
        return [];
    }
}
