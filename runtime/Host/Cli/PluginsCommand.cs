using System.CommandLine;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;
using PlantRuntime.Tools;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant plugins</c>: lists the installed plugins with their folders, and the refused folders with the reason. Runs once per
/// process; loads the plugins' assemblies but opens no driver or sink.
/// </summary>
internal static class PluginsCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = new Argument<string?>("site")
            { Description = "Folder of a site, to see its own plugins too", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("plugins", "List the drivers and sinks, and the folders that were refused with the reason.") { site };
        command.SetAction(result => Run(result.GetValue(site), Console.Out));
        return command;
    }

    /// <summary>Writes the list and returns the exit code: 1 if a folder was refused.</summary>
    public static int Run(string? site, TextWriter output)
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        List<string> roots = site is null ? [] : [Path.Combine(Path.GetFullPath(site), "plugins")];
        using var catalog = new PluginCatalog([.. roots, InstallPaths.Plugins], log);
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
