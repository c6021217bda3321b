using System.Globalization;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites;
using PlantRuntime.Storage;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Restores a backup: extracts and verifies it in a folder beside the site's, prepares the queue there, and then exchanges the two folders.
/// Until then the site's folder is untouched; after it the old one is kept. Used once by <c>plant restore</c>, which disposes it; blocking
/// disk I/O.
/// </summary>
/// <param name="archive">Absolute path of the backup.</param>
/// <param name="site">Absolute path of the site's folder, which need not exist.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the repair of a damaged queue.</param>
internal sealed class SiteRestore(string archive, string site, TimeProvider time, PlantLog log) : IDisposable
{
    private readonly string _staging = $"{site}.restore-{Environment.ProcessId}";
    private BackupReader? _reader;

    /// <summary>The description of the backup.</summary>
    public BackupManifest Manifest => _reader!.Manifest;

    /// <summary>True if the site's folder exists and is not empty.</summary>
    public bool Overwrites => File.Exists(site) || (Directory.Exists(site) && Directory.EnumerateFileSystemEntries(site).Any());

    /// <summary>Opens the backup and checks that it may be restored here.</summary>
    /// <exception cref="BackupException">It may not.</exception>
    public void Open()
    {
        if (Directory.Exists(archive)) throw new BackupException($"{archive} is a folder: plant restore FILE SITE");
        if (!File.Exists(archive)) throw new BackupException($"there is no file {archive}");
        if (File.Exists(site)) throw new BackupException($"{site} is a file: plant restore FILE SITE");
        var parent = Path.GetDirectoryName(site) ?? throw new BackupException($"{site} is no folder of a site");
        if (!Directory.Exists(parent)) throw new BackupException($"there is no folder {parent}");
        if (new DirectoryInfo(site).LinkTarget is not null)
            throw new BackupException($"{site} is a link: give the folder that it leads to");
        if (Directory.Exists(site) && SiteFiles.IsInside(archive, site))
            throw new BackupException($"{archive} is in the folder that would be replaced: move it out of it first");
        if (SiteFolders.Data(site) is var data && data != Path.Combine(site, "data"))
            throw new BackupException($"{site} belongs to a service, whose data are in {data}: restore into another folder, and copy its "
                + $"folder data there and the rest to {site} (docs/backup.md)");
        CheckNotRunning();
        _reader = new BackupReader(archive);
        var room = new DriveInfo(parent).AvailableFreeSpace;
        if (_reader.Size > room)
            throw new BackupException($"{parent} has room for {room >> 20} MB; the backup needs {_reader.Size >> 20} MB");
    }

    /// <summary>Restores the backup.</summary>
    /// <param name="keepsIdentity">True if it takes the place of the site that was copied, on the same machine.</param>
    /// <param name="cancel">Ends the work before the folders are exchanged.</param>
    /// <returns>The folder that keeps what was there before; null if there was nothing.</returns>
    /// <exception cref="BackupException">The backup is damaged, or a host runs the site.</exception>
    /// <exception cref="IOException">A file cannot be written; the site's folder is as before.</exception>
    public string? Run(bool keepsIdentity, CancellationToken cancel)
    {
        Directory.CreateDirectory(_staging);
        _reader!.Extract(_staging, cancel);
        if (DataFormat.WhyRefused(Path.Combine(_staging, "data")) is { } newer)
            throw new BackupException(newer.Replace(_staging, site, StringComparison.Ordinal));
        QueueCopy.Restore(Path.Combine(_staging, "data"), keepsIdentity, time, log);
        foreach (var folder in Directory.EnumerateDirectories(_staging, "*", SearchOption.AllDirectories)) FolderSync.Flush(folder);
        FolderSync.Flush(_staging);
        CheckNotRunning();
        return Exchange();
    }

    /// <summary>Deletes what an interrupted restoring leaves.</summary>
    public void Dispose()
    {
        _reader?.Dispose();
        if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
    }

    private string? Exchange()
    {
        string? kept = null;
        if (Overwrites)
        {
            var now = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
            kept = $"{site}.before-{now}";
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_staging, File.GetUnixFileMode(site));
            for (var i = 2; Directory.Exists(kept); i++) kept = $"{site}.before-{now}-{i}";
            Directory.Move(site, kept);
        }
        else if (Directory.Exists(site))
        {
            Directory.Delete(site);
        }

        try
        {
            Directory.Move(_staging, site);
        }
        catch
        {
            if (kept is not null) Directory.Move(kept, site);
            throw;
        }

        FolderSync.Flush(Path.GetDirectoryName(site)!);
        return kept;
    }

    private void CheckNotRunning()
    {
        var queue = Path.Combine(site, "data", QueueCopy.Files[0]);
        if (SiteClient.IsRunning(site) || (File.Exists(queue) && QueueFile.IsInUse(queue)))
            throw new BackupException($"a host runs {site}: end it first");
    }
}
