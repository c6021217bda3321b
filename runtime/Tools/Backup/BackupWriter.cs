using System.Buffers;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Json;
using PlantRuntime.Contracts;
using PlantRuntime.Queue;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Writes the backup of a site into a zip archive, while a host runs the site, starts, ends, or does not run. Used once by
/// <c>plant backup</c>; blocking disk I/O. The archive has its name only when it is complete and on the disk; copies of databases are made
/// in a folder beside it, for the owner only, which is deleted at the end. The site of a service is read with the rights of the service,
/// and its databases are copied beside its data.
/// </summary>
/// <param name="site">Absolute path of the site's folder.</param>
/// <param name="target">Absolute path of the archive.</param>
/// <param name="time">The clock.</param>
/// <param name="say">Receives one line for each step.</param>
internal sealed class BackupWriter(string site, string target, TimeProvider time, Action<string> say) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private static readonly TimeSpan s_busy = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan s_again = TimeSpan.FromMilliseconds(500);
    private const int MostTries = 60;
    private readonly string _fresh = $"{target}.{Environment.ProcessId}.part";
    private readonly (uint User, uint Group)? _owner = OwnerRights.OwnerOfData(site);
    private readonly string _staging = SiteFolders.IsOfService(site) && Directory.Exists(SiteFolders.Data(site))
        ? $"{SiteFolders.Data(site)}.backup-{Environment.ProcessId}" : $"{target}.{Environment.ProcessId}.tmp";
    private readonly List<BackupFile> _files = [];
    private readonly List<OutsideFile> _outside = [];
    private ZipArchive _zip = null!;

    /// <summary>Writes the archive and returns its manifest.</summary>
    /// <exception cref="BackupException">The site or the target is not usable, or the queue cannot be copied.</exception>
    /// <exception cref="IOException">A file cannot be read, or the archive cannot be written.</exception>
    public BackupManifest Run(CancellationToken cancel)
    {
        Check();
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        BackupManifest? manifest = null;
        using (var file = new FileStream(_fresh, options))
        {
            AsOwner(() => manifest = Write(file, cancel));
            file.Flush(flushToDisk: true);
        }

        File.Move(_fresh, target, overwrite: true);
        FolderSync.Flush(Path.GetDirectoryName(target)!);
        return manifest!;
    }

    /// <summary>Deletes what an interrupted backup leaves.</summary>
    public void Dispose()
    {
        AtomicFile.TryDelete(_fresh);
        try
        {
            if (Directory.Exists(_staging)) AsOwner(() => Directory.Delete(_staging, recursive: true));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or BackupException)
        {
            say($"{_staging} cannot be deleted: {exception.Message}");
        }
    }

    private void AsOwner(Action work) => OwnerRights.Run(_owner, work);

    private BackupManifest Write(FileStream file, CancellationToken cancel)
    {
        var created = time.GetUtcNow().UtcDateTime;
        CreateStaging();
        using (_zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in SiteFiles.BeforeQueue(site)) Add(name, cancel);
            AddQueue(cancel);
            foreach (var name in SiteFiles.AfterQueue(site)) Add(name, cancel);
            AddOutside(cancel);
            var manifest = new BackupManifest(
                BackupManifest.CurrentFormat, DataFormat.Version, Path.GetFileName(site), created, _files, _outside);
            using var entry = _zip.CreateEntry(BackupManifest.EntryName).Open();
            JsonSerializer.Serialize(entry, manifest, BackupJson.Default.BackupManifest);
            return manifest;
        }
    }

    private void Check()
    {
        if (!File.Exists(Path.Combine(site, SiteFile.Name))) throw new BackupException($"{site} is no site: it has no {SiteFile.Name}");
        if (DataFormat.WhyRefused(SiteFolders.Data(site)) is { } newer) throw new BackupException(newer);
        if (Directory.Exists(target)) throw new BackupException($"{target} is a folder: give the path of a file");
        if (SiteFiles.IsInside(target, site) || SiteFiles.IsInside(target, SiteFolders.Data(site)))
            throw new BackupException($"{target} is in the folder of the site: give a path outside of it");
        if (!Directory.Exists(Path.GetDirectoryName(target)))
            throw new BackupException($"there is no folder {Path.GetDirectoryName(target)}");
        var kind = FileFacts.Read(target).Kind;
        if (kind == FileKind.Inaccessible) throw new BackupException($"{target}: this user may not enter the folder; give another path");
        if (kind != FileKind.Missing && (kind != FileKind.Regular || !BackupReader.IsArchive(target)))
            throw new BackupException($"{target} exists and is no backup: give another path");
    }

    private void CreateStaging()
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(_staging);
        else Directory.CreateDirectory(_staging, OwnerOnly | UnixFileMode.UserExecute);
    }

    /// <summary>
    /// Copies the queue: a host that runs does it; otherwise its files are copied, again if they changed meanwhile, because a host has
    /// started.
    /// </summary>
    private void AddQueue(CancellationToken cancel)
    {
        var (data, copy) = (SiteFolders.Data(site), Path.Combine(_staging, QueueCopy.Files[0]));
        for (var tries = 0; ; tries++)
        {
            if (SiteClient.IsRunning(site))
            {
                if (TryDownload(copy, tries == MostTries, cancel)) break;
            }
            else
            {
                if (!File.Exists(Path.Combine(data, QueueCopy.Files[0]))) return;
                var files = QueueCopy.Files.Select(f => Path.Combine(data, f)).ToList();
                var before = FileFacts.Stamp(files);
                foreach (var file in QueueCopy.Files) File.Delete(Path.Combine(_staging, file));
                QueueCopy.CopyFiles(data, _staging);
                if (before == FileFacts.Stamp(files) && !SiteClient.IsRunning(site)) break;
            }

            if (tries == MostTries)
                throw new BackupException("the queue is in use, but its host does not answer: look at its log, then try again");
            if (cancel.WaitHandle.WaitOne(s_again)) cancel.ThrowIfCancellationRequested();
        }

        say("queue copied");
        if (QueueCopy.Complete(_staging) is { } damage) say($"data/queue.db is damaged, and repaired when it is used: {damage}");
        foreach (var file in QueueCopy.Files.Where(f => File.Exists(Path.Combine(_staging, f))))
        {
            Add($"data/{file}", Path.Combine(_staging, file), cancel);
            File.Delete(Path.Combine(_staging, file));
        }
    }

    /// <returns>False if the host does not answer now; it is asked again.</returns>
    private bool TryDownload(string copy, bool isLast, CancellationToken cancel)
    {
        try
        {
            using var file = new FileStream(copy, FileMode.Create, FileAccess.Write);
            SiteClient.DownloadAsync(site, "/api/queue/snapshot", file, cancel).GetAwaiter().GetResult();
            return true;
        }
        catch (SiteClientException exception)
        {
            return isLast || SiteClient.IsRunning(site) ? throw new BackupException(exception.Message) : false;
        }
    }

    private void Add(string name, CancellationToken cancel)
    {
        var path = SiteFiles.PathOf(site, name);
        try
        {
            if (SiteFiles.IsDatabase(path)) AddDatabase(name, path, cancel);
            else Add(name, path, cancel);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException && !File.Exists(path))
        {
            say($"{name} was deleted meanwhile");
        }
    }

    /// <summary>Adds a database through SQLite, as of one moment. Its sink waits for as long; its records stay in the queue.</summary>
    private void AddDatabase(string name, string path, CancellationToken cancel)
    {
        say(name);
        var copy = Path.Combine(_staging, "database");
        AtomicFile.TryDelete(copy);
        using (var source = Database.Open(path, s_busy))
        using (var copying = source.CopyTo(copy))
        {
            var isDone = copying.Step(-1);
            for (var tries = 0; !isDone && tries < MostTries; tries++)
            {
                if (cancel.WaitHandle.WaitOne(s_again)) cancel.ThrowIfCancellationRequested();
                isDone = copying.Step(-1);
            }

            if (!isDone) throw new BackupException($"{path} is locked by another program: end it, or try again later");
        }

        Add(name, copy, cancel, FileFactsOf(path));
        File.Delete(copy);
    }

    private void AddOutside(CancellationToken cancel)
    {
        var outside = SiteFiles.Outside(site, out var isKnown);
        if (!isKnown) say($"{SiteFile.Name} has errors: databases of sinks outside of the folder are not looked for");
        foreach (var (sink, path) in outside)
        {
            var name = $"{SiteFiles.OutsideFolder}/{sink}.db";
            AddDatabase(name, path, cancel);
            _outside.Add(new OutsideFile(path, name));
        }
    }

    private static (int Mode, DateTime Modified) FileFactsOf(string path) =>
        (OperatingSystem.IsWindows() ? 0 : (int)File.GetUnixFileMode(path), File.GetLastWriteTimeUtc(path));

    private void Add(string name, string path, CancellationToken cancel, (int Mode, DateTime Modified)? facts = null)
    {
        // Opened first: a file that is gone leaves no entry.
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var (mode, modified) = facts ?? FileFactsOf(path);

        // Lines that are appended meanwhile belong to the next backup.
        var left = file.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var entry = _zip.CreateEntry(BackupManifest.Prefix + name, CompressionLevel.Fastest);
        entry.ExternalAttributes = (0x8000 | (mode & 0x1ff)) << 16;
        var size = 0L;
        using (var to = entry.Open())
        {
            var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
            for (int read; left > 0 && (read = file.Read(buffer, 0, (int)Math.Min(left, buffer.Length))) > 0; left -= read, size += read)
            {
                cancel.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                to.Write(buffer, 0, read);
            }

            ArrayPool<byte>.Shared.Return(buffer);
        }

        _files.Add(new BackupFile(name, size, Convert.ToHexStringLower(hash.GetHashAndReset()), mode & 0x1ff, modified));
    }
}
