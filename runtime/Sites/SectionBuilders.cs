using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites;

/// <summary>
/// Builds the model of one <c>[devices.NAME]</c>. Problems are added to the context; reads only the tag table of the device and files of
/// secrets.
/// </summary>
internal static class DeviceBuilder
{
    /// <summary>Returns the device; null after problems with its keys.</summary>
    public static DeviceModel? Build(BindingContext context, TomlEntry entry)
    {
        if (SectionSplit.FindTable(context, entry, "devices") is not { } table) return null;
        var (host, settings) = SectionSplit.Split(context, table, DeviceModel.HostKeys, "driver");
        var device = context.Bind<DeviceModel>(host.With(host.Entries.Where(e => e.Key is not ("tags" or "properties"))));
        var tags = table.Find("tags") is { } tagsEntry ? TagBuilder.Build(context, tagsEntry) : [];
        var properties = table.Find("properties") is { } propertiesEntry ? BuildProperties(context, propertiesEntry) : [];
        if (device is null) return null;
        return device with
        {
            Name = entry.Key,
            At = entry.KeyAt,
            DriverAt = table.Find("driver")!.Value.At,
            WritableAt = device.Writable ? table.Find("writable")!.Value.At : null,
            Tags = tags,
            Properties = properties,
            Settings = settings,
            Scalars = Scalars(settings),
        };
    }

    private static Dictionary<string, object> BuildProperties(BindingContext context, TomlEntry entry)
    {
        if (entry.Value is not TomlTable table)
        {
            context.Expected("properties", "a table, for instance { type = \"ENERGY_METER\" }", entry.Value);
            return [];
        }

        var properties = Scalars(table);
        foreach (var (key, at, value) in table.Entries)
        {
            if (NameRules.IdentifierProblem(key) is { } problem) context.Fail(at, problem);
            else if (!properties.ContainsKey(key)) context.Expected(key, "a text, number, true or false", value);
        }

        return properties;
    }

    private static Dictionary<string, object> Scalars(TomlTable settings)
    {
        var scalars = new Dictionary<string, object>();
        foreach (var (key, _, value) in settings.Entries)
        {
            object? scalar = value switch
            {
                TomlString { IsExpanded: true } variable => ExpandedText.ConvertScalar(variable),
                TomlString text => text.Text,
                TomlInteger integer => integer.Value,
                TomlFloat number => number.Value,
                TomlBoolean boolean => boolean.Value,
                _ => null,
            };
            if (scalar is not null) scalars.Add(key, scalar);
        }

        return scalars;
    }
}

/// <summary>Builds the model of one <c>[sinks.NAME]</c>. Problems are added to the context.</summary>
internal static class SinkBuilder
{
    /// <summary>Returns the sink; null after problems with its keys.</summary>
    public static SinkModel? Build(BindingContext context, TomlEntry entry)
    {
        if (SectionSplit.FindTable(context, entry, "sinks") is not { } table) return null;
        var (host, settings) = SectionSplit.Split(context, table, SinkModel.HostKeys, "sink");
        if (context.Bind<SinkModel>(host) is not { } sink) return null;
        return sink with { Name = entry.Key, At = entry.KeyAt, SinkAt = table.Find("sink")!.Value.At, Settings = settings };
    }
}

/// <summary>Divides the table of a device or sink into the host's keys and the plugin's. Problems are added to the context.</summary>
internal static class SectionSplit
{
    /// <summary>
    /// Returns the table of a device or sink; null if it is not a table. A name that recipes cannot write is reported, and the table is
    /// still returned.
    /// </summary>
    public static TomlTable? FindTable(BindingContext context, TomlEntry entry, string section)
    {
        if (NameRules.IdentifierProblem(entry.Key) is { } problem) context.Fail(entry.KeyAt, problem);
        if (entry.Value is not TomlTable) context.Expected(entry.Key, $"a table, [{section}.{entry.Key}]", entry.Value);
        return entry.Value as TomlTable;
    }

    /// <summary>
    /// Returns the host's keys and the plugin's. If <paramref name="required"/>, the key that names the plugin, is missing, reports the key
    /// that is probably a misspelling of it.
    /// </summary>
    public static (TomlTable Host, TomlTable Plugin) Split(
        BindingContext context, TomlTable table, IReadOnlyList<string> hostKeys, string required)
    {
        var plugin = table.With(table.Entries.Where(e => !hostKeys.Contains(e.Key)));
        if (table.Find(required) is null && Nearest.Find(required, plugin.Entries.Select(e => e.Key)) is { } near)
        {
            context.Fail(plugin.Find(near)!.KeyAt, $"unknown key {near}: did you mean \"{required}\"?");
        }

        return (table.With(table.Entries.Where(e => hostKeys.Contains(e.Key))), plugin);
    }
}
