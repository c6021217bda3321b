using System.CommandLine;
using System.Globalization;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;
using PlantRuntime.Tools.Backup;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant backup</c>: writes a site into one file while it runs, or while it does not. Runs once per process; asks a running
/// host only for its queue.
/// </summary>
internal static class BackupCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.CreateRequired();
        var file = new Argument<string>("file") { Description = "File to write, outside of the site's folder: press.zip" };
        var command = new Command("backup", """
            Write a site into one file, while it runs: files, queue, state, users, databases of sqlite sinks.

            The file is readable for its owner only: it has password hashes, and keys if the folder has some. Logs and compiled recipes
            are left out. An older backup of the same name is replaced when the new one is complete. docs/backup.md
            """) { site, file };
        command.SetAction((result, cancel) =>
            Task.Run(() => Try(() => Run(result.GetValue(site)!, result.GetValue(file)!, cancel)), cancel));
        return command;
    }

    /// <summary>Runs the work of a command, and writes its failure as one line.</summary>
    public static int Try(Func<int> work)
    {
        try
        {
            return work();
        }
        catch (Exception exception) when (exception is BackupException or SiteClientException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(LogText.Sanitize(exception.Message));
            return 1;
        }
    }

    private static int Run(string site, string file, CancellationToken cancel)
    {
        var (folder, target) = (Path.TrimEndingDirectorySeparator(Path.GetFullPath(site)), Path.GetFullPath(file));
        using var writer = new BackupWriter(folder, target, TimeProvider.System, line => Console.Error.WriteLine(LogText.Sanitize(line)));
        var manifest = writer.Run(cancel);
        foreach (var (original, path) in manifest.Outside) Console.WriteLine($"{LogText.Sanitize(original)} is in it as {path}");
        var bytes = manifest.Files.Sum(f => f.Size);
        var size = string.Create(CultureInfo.InvariantCulture, $"{bytes / 1048576.0:0.0} MB");
        Console.WriteLine($"{Plural.Format(manifest.Files.Count, "file")}, {size}, in {LogText.Sanitize(target)}");
        return 0;
    }
}

/// <summary>
/// Implements <c>plant restore</c>: puts a backup into the folder of a site that no host runs. Runs once per process.
/// </summary>
internal static class RestoreCommand
{
    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var file = new Argument<string>("file") { Description = "File that plant backup wrote" };
        var site = new Argument<string>("site") { Description = "Folder of the site: a new one, or one to replace" };
        var yes = new Option<bool>("--yes") { Description = "Do not ask before a folder is replaced" };
        var same = new Option<bool>("--same-machine")
            { Description = "The site goes on in the place of the one that was copied, which runs nowhere any more" };
        var command = new Command("restore", """
            Put a backup into the folder of a site.

            Verifies all of it first. A folder that exists is replaced, after a question, and kept as SITE.before-TIME. The queue gets a
            new identity, unless --same-machine is given. docs/backup.md
            """) { file, site, yes, same };
        command.SetAction((result, cancel) => Task.Run(() => BackupCommand.Try(() => Run(
            result.GetValue(file)!, result.GetValue(site)!, result.GetValue(yes), result.GetValue(same), cancel)), cancel));
        return command;
    }

    private static int Run(string file, string site, bool yes, bool isSameMachine, CancellationToken cancel)
    {
        var (archive, folder) = (Path.GetFullPath(file), Path.TrimEndingDirectorySeparator(Path.GetFullPath(site)));
        using var log = new PlantLog(TimeProvider.System, LogLevel.Warn, [new TextWriterTarget(Console.Error)]);
        using var restore = new SiteRestore(archive, folder, TimeProvider.System, log);
        restore.Open();
        var manifest = restore.Manifest;
        Console.WriteLine(LogText.Sanitize(string.Create(CultureInfo.InvariantCulture,
            $"backup of {manifest.Site}, {manifest.Created:yyyy-MM-dd HH:mm:ss} UTC, by plant {manifest.Plant}")));
        if (restore.Overwritten is { Count: > 0 } overwritten && !yes && !Confirm(string.Join(" and ", overwritten))) return 1;
        var kept = restore.Run(isSameMachine, cancel);
        Console.WriteLine($"{Plural.Format(manifest.Files.Count, "file")} restored in {LogText.Sanitize(folder)}");
        if (kept.Count > 0) Console.WriteLine($"what was there before is in {LogText.Sanitize(string.Join(" and ", kept))}");
        foreach (var (original, path) in manifest.Outside)
            Console.WriteLine($"{LogText.Sanitize(path)} was {LogText.Sanitize(original)}: move it there before the site starts");
        return 0;
    }

    private static bool Confirm(string folders)
    {
        if (Console.IsInputRedirected)
        {
            Console.Error.WriteLine(
                $"{LogText.Sanitize(folders)} is not empty, and there is no terminal to confirm on: give --yes to replace it");
            return false;
        }

        Console.Write($"Replace {LogText.Sanitize(folders)}, and keep what is there beside it? [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
