namespace PlantRuntime.Host.Sites;

/// <summary>A read site.toml as a model: its sections, and what must be there.</summary>
internal static class SiteBuilder
{
    private static readonly string[] Sections = ["site", "log", "limits", "devices", "sinks"];

    /// <summary>The model, worth something only when no problem was added to the scope.</summary>
    public static SiteModel? Build(BindingScope scope, TomlTable root)
    {
        foreach (var entry in root.Entries.Where(e => !Sections.Contains(e.Key))) ReportUnknown(scope, entry);

        var head = Section(scope, root, "site") is { } site ? scope.Bind<SiteHead>(site) : null;
        if (root.Find("site") is null) ReportMissing(scope, root, "there is no [site]: it gives the site its name, as in name = \"press-hall\"");

        var log = Section(scope, root, "log") is { } logTable ? scope.Bind<LogOptions>(logTable) : null;
        var limits = Section(scope, root, "limits") is { } limitsTable ? scope.Bind<LimitOptions>(limitsTable) : null;
        var devices = Section(scope, root, "devices")?.Entries.Select(e => DeviceBuilder.Build(scope, e)).ToArray();
        var sinks = Section(scope, root, "sinks")?.Entries.Select(e => SinkBuilder.Build(scope, e)).ToArray() ?? [];
        if (devices is null or [])
        {
            var at = root.Find("devices")?.Value.At ?? root.At;
            if (root.Find("devices")?.Value is null or TomlTable) ReportMissing(scope, root, "a site needs at least one device, as in [devices.press]", at);
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
        var hint = Nearest.Hint(entry.Key, Sections);
        scope.Fail(entry.KeyAt, $"unknown {what}{(hint.Length > 0 ? hint : $": expected one of {string.Join(", ", Sections.Select(s => $"[{s}]"))}")}");
    }

    // What is missing may stand in a header that could not be read, or under a name that was mistyped.
    private static void ReportMissing(BindingScope scope, TomlTable root, string message, Position? at = null)
    {
        if (!root.IsIncomplete) scope.Fail(at ?? root.At, message);
    }
}
