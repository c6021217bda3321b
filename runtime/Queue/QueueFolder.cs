using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Names and moves the files of the queue in the site's <c>data</c> folder. Created once per <see cref="DiskQueue"/>; used only by the
/// queue thread after that. Does blocking file I/O; opens no database.
/// </summary>
/// <param name="folder">The <c>data</c> folder; <see cref="Create"/> creates it if it is missing.</param>
/// <param name="machine">The name of the machine that the folder is on (<see cref="MachineName"/>); empty if unknown.</param>
internal sealed class QueueFolder(string folder, string machine = "")
{
    /// <summary>The name of the machine that the folder is on; empty if unknown.</summary>
    public string Machine => machine;

    /// <summary>The path of the SQLite database.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, QueueFile.Name);

    /// <summary>
    /// The path of the database's write-ahead log. It holds commits that the database does not have yet, so the two files are
    /// kept and moved together.
    /// </summary>
    public string LogPath => Path + "-wal";

    /// <summary>The folder that keeps damaged files and batches.</summary>
    public DamagedFolder Damaged { get; } = new(folder);

    /// <summary>The file that keeps disk space free for deliveries while the disk is full.</summary>
    public DiskReserve Reserve { get; } = new(System.IO.Path.Combine(folder, "queue.reserve"));

    /// <summary>
    /// True if the disk has space for 1.5 times the reserve: the reserve itself and new records beside it, so that the disk is not full
    /// again at once. Also false if the free space cannot be read.
    /// </summary>
    public bool HasRoom
    {
        get
        {
            try
            {
                return new DriveInfo(folder).AvailableFreeSpace >= PlantRuntime.Queue.Store.DiskReserve.Size * 3 / 2;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    /// <summary>
    /// False while the site's folder is moved away or deleted. Nothing is created in its place, so that it can be moved back.
    /// </summary>
    public bool HasSite => System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(folder)) is not { } site || Directory.Exists(site);

    /// <summary>The identity of the database and of its write-ahead log; null for a file that is not there.</summary>
    public (FileIdentity? Database, FileIdentity? Log) Identify() => (FileIdentity.From(Path), FileIdentity.From(LogPath));

    /// <summary>Creates the <c>data</c> folder if it is missing.</summary>
    public void Create() => Directory.CreateDirectory(folder);

    /// <summary>Writes the bytes of a damaged batch to a new file in <see cref="Damaged"/>.</summary>
    public void Save(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Damaged.Reserve(name), bytes);

    /// <summary>Moves the database and its write-ahead log to <see cref="Damaged"/>. The database must be closed.</summary>
    /// <returns>Their new paths; the one of the log may not exist.</returns>
    public (string Database, string Log) MoveAside()
    {
        var target = Damaged.Reserve(QueueFile.Name);
        if (File.Exists(Path)) File.Move(Path, target);
        else File.Create(target).Dispose();
        if (File.Exists(LogPath)) File.Move(LogPath, target + "-wal");
        return (target, target + "-wal");
    }
}
