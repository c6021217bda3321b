using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Sites;

/// <summary>A read site.toml as a model: its sections, and what must be there.</summary>
internal static class SiteBuilder
{
    private const string NoSite = "there is no [site]: it gives the site its name, as in name = \"press-hall\"";

    private static readonly string[] Sections = ["site", "log", "limits", "devices", "sinks"];

    /// <summary>The model, worth something only when no problem was added to the scope.</summary>
    public static SiteModel? Build(BindingScope scope, TomlTable root)
    {
        foreach (var entry in root.Entries.Where(e => !Sections.Contains(e.Key))) ReportUnknown(scope, entry);

        var head = Section(scope, root, "site") is { } site ? scope.Bind<SiteHead>(site) : null;
        if (root.Find("site") is null) ReportMissing(scope, root, "site", NoSite);

        var log = Section(scope, root, "log") is { } logTable ? scope.Bind<LogOptions>(logTable) : null;
        var limits = Section(scope, root, "limits") is { } limitsTable ? scope.Bind<LimitOptions>(limitsTable) : null;
        var devices = Section(scope, root, "devices")?.Entries.Select(e => DeviceBuilder.Build(scope, e)).ToArray();
        var sinks = Section(scope, root, "sinks")?.Entries.Select(e => SinkBuilder.Build(scope, e)).ToArray() ?? [];
        if (devices is null or [])
        {
            ReportMissing(scope, root, "devices", "a site needs at least one device, as in [devices.press]");
        }

        if (scope.Problems.Count > 0) return null;
        return new SiteModel
        {
            Folder = scope.SiteFolder,
            Name = head!.Name,
            PlantId = head.PlantId,
            Tenant = head.Tenant,
            Log = log ?? new LogOptions(),
            Limits = limits ?? new LimitOptions(),
            Devices = devices!,
            Sinks = sinks!,
        };
    }

    private static TomlTable? Section(BindingScope scope, TomlTable root, string name)
    {
        if (root.Find(name) is not { } entry) return null;
        if (entry.Value is not TomlTable) scope.Fail(entry.Value.At, $"{name}: expected a section, [{name}], found {entry.Value.Kind}");
        return entry.Value as TomlTable;
    }

    private static void ReportUnknown(BindingScope scope, TomlEntry entry)
    {
        var what = entry.Value is TomlTable ? $"section [{entry.Key}]" : $"key {entry.Key}";
        var expected = $": expected one of {string.Join(", ", Sections.Select(s => $"[{s}]"))}";
        scope.Fail(entry.KeyAt, $"unknown {what}{Nearest.Hint(entry.Key, Sections, expected)}");
    }

    // Not where a header could not be read or is mistyped, nor where the section is no table: that is told already.
    private static void ReportMissing(BindingScope scope, TomlTable root, string name, string message)
    {
        var found = root.Find(name);
        var mistyped = root.Entries.Any(e => !Sections.Contains(e.Key) && Nearest.Find(e.Key, Sections) == name);
        if (!root.IsIncomplete && !mistyped && found?.Value is null or TomlTable) scope.Fail(found?.Value.At ?? root.At, message);
    }
}
