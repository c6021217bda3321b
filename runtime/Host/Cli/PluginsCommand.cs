using System.CommandLine;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary><c>plant plugins</c>: what is there, from where, and what was refused.</summary>
internal static class PluginsCommand
{
    public static Command Make()
    {
        var site = new Argument<string?>("site") { Description = "Folder of a site, to see its own plugins too", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("plugins", "List the drivers and sinks, and the folders that were refused with the reason.") { site };
        command.SetAction(result => Run(result.GetValue(site), Console.Out));
        return command;
    }

    public static int Run(string? site, TextWriter output)
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        List<string> roots = site is null ? [] : [Path.Combine(Path.GetFullPath(site), "plugins")];
        using var catalog = new PluginCatalog([.. roots, HostFolders.Plugins], log);
        catalog.Load();
        var rows = catalog.Folders.Select(f => f.Current is { } plugin
            ? (plugin.Name, Kind(plugin), plugin.Version, f.Path)
            : (f.FolderName, "refused", "-", $"{f.Path}: {f.Refusal}"));
        TextTable.Write(output, ["NAME", "KIND", "VERSION", "FOLDER"], rows.Select(r => new[] { r.Item1, r.Item2, r.Item3, r.Item4 }));
        return catalog.Folders.Any(f => f.Current is null) ? 1 : 0;
    }

    private static string Kind(LoadedPlugin plugin) => (plugin.Driver, plugin.Sink) switch
    {
        ({ }, { }) => "driver, sink",
        ({ }, null) => "driver",
        _ => "sink",
    };
}
