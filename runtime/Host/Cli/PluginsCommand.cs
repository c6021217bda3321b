using System.CommandLine;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
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
        var command = new Command("plugins", "List the drivers and sinks, and the folders that were refused with the reason.")
            { site, CreateLock() };
        command.SetAction(result => Run(result.GetValue(site), Console.Out));
        return command;
    }

    /// <summary>Writes the list and returns the exit code: 1 if a folder was refused.</summary>
    public static int Run(string? site, TextWriter output)
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        var folder = site is null ? null : Path.GetFullPath(site);
        using var catalog = new PluginCatalog(Roots(folder), log, folder is not null && IsLocked(folder) ? new PluginLock(folder) : null);
        catalog.Load();
        var rows = catalog.Folders.Select(f => f.Current is { } plugin
            ? (plugin.Name, Kind(plugin), plugin.Version, f.Path)
            : (f.FolderName, "refused", "-", $"{f.Path}: {f.Refusal}"));
        TextTable.Write(output, ["NAME", "KIND", "VERSION", "FOLDER"], rows.Select(r => new[] { r.Item1, r.Item2, r.Item3, r.Item4 }));
        return catalog.Folders.Any(f => f.Current is null) ? 1 : 0;
    }

    private static Command CreateLock()
    {
        var site = SiteArgument.CreateRequired();
        var command = new Command("lock", """
            Write plugins.lock beside site.toml: the SHA-256 of each plugin folder of the site and of the program.

            With require_lock = true in [site], folders that are not in it, or have other content, are refused before any of their
            code runs. A running host accepts the new file at once. docs/security.md
            """) { site };
        command.SetAction(result => Lock(Path.GetFullPath(result.GetValue(site)!)));
        return command;
    }

    private static int Lock(string site)
    {
        try
        {
            if (!File.Exists(Path.Combine(site, SiteFile.Name))) throw new IOException($"{site} is no site: it has no {SiteFile.Name}");
            var folders = new List<string>();
            foreach (var folder in Roots(site).Where(Directory.Exists).SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal))
            {
                try
                {
                    PluginInspector.FindMain(folder);
                    folders.Add(folder);
                }
                catch (PluginException exception)
                {
                    Console.Error.WriteLine(LogText.Sanitize($"left out: {folder}: {exception.Message}"));
                }
            }

            var changes = new PluginLock(site).Write(folders);
            AuditCommand.Append(site, "plugins_lock", changes.Count == 0 ? null : LogText.Sanitize(string.Join(", ", changes), 500));
            foreach (var change in changes) Console.WriteLine(LogText.Sanitize(change));
            Console.WriteLine($"{folders.Count} folders in {LogText.Sanitize(Path.Combine(site, PluginLock.FileName))}");
            return 0;
        }
        catch (Exception exception) when (exception is PluginException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(LogText.Sanitize(exception.Message));
            return 1;
        }
    }

    private static string[] Roots(string? site) =>
        site is null ? [InstallPaths.Plugins] : [Path.Combine(site, "plugins"), InstallPaths.Plugins];

    /// <summary>True if the site requires its lock; also if site.toml has errors and there is a lock.</summary>
    private static bool IsLocked(string site) =>
        SiteFile.Load(site, Environment.GetEnvironmentVariable, sharedFolder: InstallPaths.Scripts).Model is { } model
            ? model.RequireLock : File.Exists(Path.Combine(site, PluginLock.FileName));

    private static string Kind(LoadedPlugin plugin) => (plugin.Driver, plugin.Sink) switch
    {
        ({ }, { }) => "driver, sink",
        ({ }, null) => "driver",
        _ => "sink",
    };
}
