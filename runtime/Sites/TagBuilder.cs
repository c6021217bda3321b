using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.TagTables;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites;

/// <summary>Builds the tags of a device from a table of site.toml or from a tag table. Problems are added to the context.</summary>
internal static class TagBuilder
{
    /// <summary>Returns the tags; those with problems are omitted.</summary>
    public static IReadOnlyList<TagModel> Build(BindingContext context, TomlEntry tags)
    {
        switch (tags.Value)
        {
            case TomlString file:
                return ReadTable(context, file);
            case TomlTable { Entries: [] } table:
                if (!table.IsIncomplete) context.Fail(table.At, "the tags are empty: expected at least one, as in speed = \"address\"");
                return [];
            case TomlTable table:
                return [.. table.Entries.Select(entry => BuildTag(context, entry)).OfType<TagModel>()];
            default:
                context.Expected("tags", "a table of tags or the name of a CSV file", tags.Value);
                return [];
        }
    }

    private static TagModel? BuildTag(BindingContext context, TomlEntry entry)
    {
        if (NameRules.TextProblem(entry.Key) is { } problem) context.Fail(entry.KeyAt, problem);
        switch (entry.Value)
        {
            case TomlString { Text: var address } text:
                if (string.IsNullOrWhiteSpace(address)) context.Fail(text.At, $"{entry.Key}: expected an address, found an empty string");
                return new TagModel { Name = entry.Key, At = entry.KeyAt, Address = address, AddressAt = text.TextAt };
            case TomlTable { Origin: TomlOrigin.Dotted } table when table.Find("address") is null:
                context.Fail(entry.KeyAt, $"a tag's name with dots must be quoted: \"{entry.Key}.{table.Entries[0].Key}\" = …");
                return null;
            case TomlTable table:
                if (context.Bind<TagModel>(table) is not { } tag) return null;
                return tag with { Name = entry.Key, At = entry.KeyAt, AddressAt = ((TomlString)table.Find("address")!.Value).TextAt };
            default:
                context.Expected(entry.Key, "an address in quotes or a table such as { address = \"…\", unit = \"A\" }", entry.Value);
                return null;
        }
    }

    private static List<TagModel> ReadTable(BindingContext context, TomlString file)
    {
        var (path, name) = TagTablePath.Find(context, file.Text);
        if (BoundedFile.Read(path, SiteFile.MaxBytes, out var problem) is { } utf8)
        {
            var problems = new ProblemList(TagTable.MaxProblems);
            var warnings = new ProblemList(TagTable.MaxProblems);
            var tags = TagTable.Read(utf8, name, problems, warnings);
            context.Problems.AddAll(problems);
            context.Warnings.AddAll(warnings);
            return tags;
        }

        context.Fail(file.At, TagTablePath.Describe(context, file.Text, path, problem));
        return [];
    }
}
