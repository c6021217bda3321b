using PlantRuntime.Host.Sites.Binding;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites.TagTables;

/// <summary>Tags that stand in site.toml itself: <c>name = "address"</c> or <c>name = { address = "…", … }</c>.</summary>
internal static class TomlTags
{
    public static List<TagModel> Read(TomlTable table, ICollection<Problem> problems)
    {
        var tags = new List<TagModel>();
        foreach (var entry in table.Entries)
        {
            if (TagName.Problem(entry.Key) is { } wrong) problems.Add(new Problem(entry.KeyAt, wrong));
            else if (entry.Value is TomlString address) tags.Add(new TagModel { Name = entry.Key, At = entry.KeyAt, Address = address.Text, AddressAt = address.ContentAt });
            else if (entry.Value is TomlTable details) AddLong(entry, details, tags, problems);
            else problems.Add(new Problem(entry.Value.At, $"expected an address in quotes or {{ address = \"…\", … }}, found {entry.Value.Kind}"));
        }

        return tags;
    }

    private static void AddLong(TomlEntry entry, TomlTable details, List<TagModel> tags, ICollection<Problem> problems)
    {
        if (OptionsBinder.Bind(typeof(TagOptions), details, _ => null, problems) is not TagOptions options) return;
        tags.Add(new TagModel
        {
            Name = entry.Key,
            At = entry.KeyAt,
            Address = options.Address,
            AddressAt = ((TomlString)details.Find("address")!.Value).ContentAt,
            Type = options.Type,
            Unit = options.Unit,
            Description = options.Description,
            Scale = options.Scale,
            Offset = options.Offset,
            Low = options.Range?[0] ?? options.Low,
            High = options.Range?[1] ?? options.High,
            Poll = options.Poll,
        });
    }
}
