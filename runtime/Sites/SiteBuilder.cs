using PlantRuntime.Contracts;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites;

/// <summary>
/// Builds the model of a site from the tables of site.toml and reports unknown and missing sections. Called by <see cref="SiteFile"/>;
/// problems are added to the context. Reads tag tables and secret files from disk; performs no other I/O.
/// </summary>
internal static class SiteBuilder
{
    private const string NoSite = "there is no [site]: it gives the site its name, as in name = \"press-hall\"";

    private static readonly string[] Sections = ["site", "web", "log", "limits", "devices", "sinks"];

    /// <summary>Returns the model; null if the context has problems.</summary>
    public static SiteModel? Build(BindingContext context, TomlTable root)
    {
        foreach (var entry in root.Entries.Where(e => !Sections.Contains(e.Key))) ReportUnknown(context, entry);

        var model = Section(context, root, "site") is { } site ? context.Bind<SiteModel>(site) : null;
        if (root.Find("site") is null) ReportMissing(context, root, "site", NoSite);

        var log = Section(context, root, "log") is { } logTable ? context.Bind<LogOptions>(logTable) : null;
        var logOverrides = LogOverrides.Read(context.Environment, context.Problems);
        var web = Section(context, root, "web") is { } webTable ? context.Bind<WebOptions>(webTable) : null;
        if (web?.Tls is { Certificate: not null } tls) PemFiles.Check(context, (TomlTable)root.Find("web")!.Value, tls);
        var limits = Section(context, root, "limits") is { } limitsTable ? context.Bind<LimitOptions>(limitsTable) : null;
        var devices = Section(context, root, "devices")?.Entries.Select(e => DeviceBuilder.Build(context, e)).ToArray();
        var sinks = Section(context, root, "sinks")?.Entries.Select(e => SinkBuilder.Build(context, e)).ToArray() ?? [];
        if (devices is null or [])
        {
            ReportMissing(context, root, "devices", "a site needs at least one device, as in [devices.press]");
        }

        if (model?.LeaseModel is { } lease)
            CheckLease(context, root, lease.Plugin, sinks.FirstOrDefault(s => s?.Name == lease.Sink)?.Sink, lease.Sink);
        if (context.Problems.Count > 0) return null;
        return model! with
        {
            Folder = context.SiteFolder,
            Web = web,
            Log = log ?? new LogOptions(),
            LogOverrides = logOverrides,
            Limits = limits ?? new LimitOptions(),
            Devices = [.. devices!.Select(d => d! with { TimeZone = d.TimeZone ?? model!.TimeZone })],
            Sinks = [.. sinks.Select(s => s! with { TimeZone = model!.TimeZone })],
            Warnings = [.. context.Warnings.Items.Distinct()],
        };
    }

    private static void CheckLease(BindingContext context, TomlTable root, string plugin, string? found, string sink)
    {
        if (found == plugin || (root.Find("site")?.Value as TomlTable)?.Find("lease") is not { } entry) return;
        context.Fail(entry.Value.At, found is null
            ? $"lease: there is no [sinks.{sink}], whose server would keep it"
            : $"lease: [sinks.{sink}] is of the plugin {found}: write {{ {found} = \"{sink}\" }}");
    }

    private static TomlTable? Section(BindingContext context, TomlTable root, string name)
    {
        if (root.Find(name) is not { } entry) return null;
        if (entry.Value is not TomlTable) context.Fail(entry.Value.At, $"{name}: expected a section, [{name}], found {entry.Value.Kind}");
        return entry.Value as TomlTable;
    }

    private static void ReportUnknown(BindingContext context, TomlEntry entry)
    {
        var what = entry.Value is TomlTable ? $"section [{entry.Key}]" : $"key {entry.Key}";
        var expected = $": expected one of {string.Join(", ", Sections.Select(s => $"[{s}]"))}";
        context.Fail(entry.KeyAt, $"unknown {what}{Nearest.DidYouMean(entry.Key, Sections, expected)}");
    }

    // Reports nothing if a header could not be read or is misspelt, or if the section is not a table: those are reported already.
    private static void ReportMissing(BindingContext context, TomlTable root, string name, string message)
    {
        var found = root.Find(name);
        var mistyped = root.Entries.Any(e => !Sections.Contains(e.Key) && Nearest.Find(e.Key, Sections) == name);
        if (!root.IsIncomplete && !mistyped && found?.Value is null or TomlTable) context.Fail(found?.Value.At ?? root.At, message);
    }
}
