using PlantRuntime.Logging;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Appends lines to <c>logs/audit.jsonl</c>, each chained to the line before it (<see cref="AuditChain"/>). Several processes may append:
/// <c>logs/audit.lock</c> is locked for each batch, and what another process appended is continued. Owned by <see cref="AuditLog"/> or a
/// command; one call at a time; blocking file I/O; never retries, except for the lock.
/// </summary>
internal sealed class AuditFile : IDisposable
{
    // Another process holds the lock for one fsync.
    private const int LockTries = 50;
    private static readonly TimeSpan s_lockPause = TimeSpan.FromMilliseconds(20);
    private readonly string _siteFolder;
    private readonly string _path;
    private readonly RotatingFile _file;
    private string? _last;
    private long _length;

    /// <param name="siteFolder">Absolute path of the site's folder.</param>
    /// <param name="maxSize">Bytes after which a new file is begun.</param>
    /// <param name="keep">The number of full files to keep.</param>
    public AuditFile(string siteFolder, long maxSize, int keep)
    {
        _siteFolder = siteFolder;
        _path = AuditChain.PathOf(siteFolder);
        _file = new RotatingFile(_path, maxSize, keep);
    }

    /// <summary>Appends lines and returns when they are on the disk.</summary>
    /// <exception cref="IOException">They are not, or not all; the file is read again at the next call.</exception>
    public void Append(IEnumerable<byte[]> lines)
    {
        try
        {
            using var gate = Lock();

            // A file that became shorter or is gone was moved away: the chain goes on in the new one.
            if (_last is null || LengthOf(_path) > _length) _last = AuditChain.ReadLast(_path);
            foreach (var line in lines)
            {
                var linked = AuditChain.Link(line, _last);
                _file.Write(linked);
                _last = AuditChain.HashOf(linked.AsSpan()[..^1]);
            }

            _file.FlushToDisk();
            _length = LengthOf(_path);
        }
        catch
        {
            _last = null;
            _file.Drop();
            throw;
        }
    }

    /// <summary>Locks the log against other processes that append to it; null while the site's folder is away.</summary>
    /// <exception cref="IOException">Another process has kept it locked for a second, or the lock cannot be created.</exception>
    public static FileStream? Lock(string siteFolder)
    {
        if (!Directory.Exists(siteFolder)) return null;
        var folder = Directory.CreateDirectory(SiteFolders.Logs(siteFolder)).FullName;
        using var never = new ManualResetEventSlim();
        for (var tries = 1; ; tries++)
        {
            try
            {
                return new FileStream(
                    Path.Combine(folder, "audit.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (tries < LockTries)
            {
                never.Wait(s_lockPause);
            }
        }
    }

    public void Dispose() => _file.Dispose();

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private FileStream? Lock() => Lock(_siteFolder);
}
