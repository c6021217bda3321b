using System.Globalization;
using PlantRuntime.Logging;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;
using PlantRuntime.Storage;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Restores a backup: extracts and verifies it in a folder beside the site's, prepares the queue there, and then exchanges the two folders.
/// Until then the site's folder is untouched; after it the old one is kept. The site of a service has its data in a folder of their own,
/// which is exchanged as well, with the rights of its owner. Used once by <c>plant restore</c>, which disposes it; blocking disk I/O.
/// </summary>
/// <param name="archive">Absolute path of the backup.</param>
/// <param name="site">Absolute path of the site's folder, which need not exist.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Receives the repair of a damaged queue.</param>
internal sealed class SiteRestore(string archive, string site, TimeProvider time, PlantLog log) : IDisposable
{
    private const string DataPath = "data/";
    private readonly bool _isOfService = SiteFolders.IsOfService(site);
    private readonly string _data = SiteFolders.Data(site);
    private readonly string _staging = $"{site}.restore-{Environment.ProcessId}";
    private readonly string _stagingOfData = SiteFolders.IsOfService(site)
        ? $"{SiteFolders.Data(site)}.restore-{Environment.ProcessId}" : Path.Combine($"{site}.restore-{Environment.ProcessId}", "data");
    private readonly (uint User, uint Group)? _owner = OwnerRights.OwnerOfData(site);
    private BackupReader? _reader;

    /// <summary>The description of the backup.</summary>
    public BackupManifest Manifest => _reader!.Manifest;

    /// <summary>The folders that exist and are not empty: that of the site, and that of a service's data.</summary>
    public IReadOnlyList<string> Overwritten => [.. Folders.Where(HasContent)];

    private IReadOnlyList<string> Folders => _isOfService ? [site, _data] : [site];

    /// <summary>Opens the backup and checks that it may be restored here.</summary>
    /// <exception cref="BackupException">It may not.</exception>
    public void Open()
    {
        if (Directory.Exists(archive)) throw new BackupException($"{archive} is a folder: plant restore FILE SITE");
        if (!File.Exists(archive)) throw new BackupException($"there is no file {archive}");
        foreach (var folder in Folders)
        {
            if (File.Exists(folder)) throw new BackupException($"{folder} is a file: plant restore FILE SITE");
            var parent = Path.GetDirectoryName(folder) ?? throw new BackupException($"{folder} is no folder of a site");
            if (!Directory.Exists(parent)) throw new BackupException($"there is no folder {parent}");
            if (new DirectoryInfo(folder).LinkTarget is not null)
                throw new BackupException($"{folder} is a link: give the folder that it leads to");
            if (Directory.Exists(folder) && SiteFiles.IsInside(archive, folder))
                throw new BackupException($"{archive} is in the folder that would be replaced: move it out of it first");
        }

        CheckNotRunning();
        _reader = new BackupReader(archive);
        CheckRoom();
    }

    /// <summary>Restores the backup.</summary>
    /// <param name="keepsIdentity">True if it takes the place of the site that was copied, on the same machine.</param>
    /// <param name="cancel">Ends the work before the folders are exchanged.</param>
    /// <returns>The folders that keep what was there before.</returns>
    /// <exception cref="BackupException">The backup is damaged, or a host runs the site.</exception>
    /// <exception cref="IOException">A file cannot be written; the site's folder is as before.</exception>
    public IReadOnlyList<string> Run(bool keepsIdentity, CancellationToken cancel)
    {
        Directory.CreateDirectory(_staging);
        _reader!.Extract("", _isOfService ? DataPath : "", _staging, cancel);
        if (_isOfService) ServiceRights.Apply(_staging, Directory.Exists(site) ? site : Path.GetDirectoryName(site)!);
        AsOwner(() =>
        {
            if (_isOfService)
            {
                ServiceRights.CreateFolder(_stagingOfData, Directory.Exists(_data) ? _data : Path.GetDirectoryName(_data)!);
                _reader.Extract(DataPath, "", _stagingOfData, cancel);
            }

            if (DataFormat.WhyRefused(_stagingOfData) is { } newer)
                throw new BackupException(newer.Replace(_stagingOfData, _data, StringComparison.Ordinal));
            QueueCopy.Restore(_stagingOfData, keepsIdentity, time, log);
            if (_isOfService) Flush(_stagingOfData);
        });
        Flush(_staging);
        CheckNotRunning();
        return Exchange();
    }

    /// <summary>Deletes what an interrupted restoring leaves.</summary>
    public void Dispose()
    {
        _reader?.Dispose();
        if (Directory.Exists(_staging)) Directory.Delete(_staging, recursive: true);
        if (_isOfService && Directory.Exists(_stagingOfData)) AsOwner(() => Directory.Delete(_stagingOfData, recursive: true));
    }

    private static void Flush(string folder)
    {
        foreach (var inner in Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories)) FolderSync.Flush(inner);
        FolderSync.Flush(folder);
    }

    private static bool HasContent(string folder) =>
        File.Exists(folder) || (Directory.Exists(folder) && Directory.EnumerateFileSystemEntries(folder).Any());

    /// <summary>Throws if a disk has no room for what is extracted on it.</summary>
    private void CheckRoom()
    {
        var parents = Folders.Select(f => Path.GetDirectoryName(f)!).ToList();
        var isOneDisk = parents.Select(p => FileFacts.Read(p).Device).Distinct().Count() == 1;
        foreach (var parent in parents)
        {
            var isForData = parent != parents[0];
            var needed = isOneDisk ? _reader!.Size
                : Manifest.Files.Where(f => f.Path.StartsWith(DataPath, StringComparison.Ordinal) == isForData).Sum(f => f.Size);
            var room = new DriveInfo(parent).AvailableFreeSpace;
            if (needed > room) throw new BackupException($"{parent} has room for {room >> 20} MB; the backup needs {needed >> 20} MB");
        }
    }

    private void AsOwner(Action work) => OwnerRights.Run(_owner, work);

    /// <summary>Exchanges the folders; that of the site comes last, so that no host starts with a part of them.</summary>
    private List<string> Exchange()
    {
        var now = time.GetUtcNow().ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var ending = $".before-{now}";
        for (var i = 2; Folders.Any(f => Directory.Exists(f + ending)); i++) ending = $".before-{now}-{i}";
        if (!_isOfService && HasContent(site) && !OperatingSystem.IsWindows())
            File.SetUnixFileMode(_staging, File.GetUnixFileMode(site));
        var kept = new List<string>();
        var undo = new Stack<Action>();
        try
        {
            if (PutAside(site, ending, work => work(), undo)) kept.Add(site + ending);
            if (_isOfService)
            {
                if (PutAside(_data, ending, AsOwner, undo)) kept.Add(_data + ending);
                Move(_stagingOfData, _data, AsOwner, undo);
            }

            Move(_staging, site, work => work(), undo);
        }
        catch
        {
            foreach (var step in undo) step();
            throw;
        }

        foreach (var folder in Folders) FolderSync.Flush(Path.GetDirectoryName(folder)!);
        return kept;
    }

    private static bool PutAside(string folder, string ending, Action<Action> withRights, Stack<Action> undo)
    {
        if (HasContent(folder))
        {
            Move(folder, folder + ending, withRights, undo);
            return true;
        }

        if (Directory.Exists(folder)) withRights(() => Directory.Delete(folder));
        return false;
    }

    private static void Move(string from, string to, Action<Action> withRights, Stack<Action> undo)
    {
        withRights(() => Directory.Move(from, to));
        undo.Push(() => withRights(() => Directory.Move(to, from)));
    }

    private void CheckNotRunning()
    {
        var queue = Path.Combine(_data, QueueCopy.Files[0]);
        var isRunning = SiteClient.IsRunning(site);
        if (!isRunning) AsOwner(() => isRunning = File.Exists(queue) && QueueFile.IsInUse(queue));
        if (_isOfService && SiteUnit.WhyNotStopped(site, isRunning) is { } reason) throw new BackupException(reason);
        if (isRunning) throw new BackupException($"a host runs {site}: end it first");
    }
}
