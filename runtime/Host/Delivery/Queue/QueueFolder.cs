using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>The files of the queue, in the site's <c>data</c> folder.</summary>
/// <param name="folder">The folder; it is made when it is not there.</param>
/// <param name="machine">Name of the machine that it is on; empty when it has none.</param>
internal sealed class QueueFolder(string folder, string machine = "")
{
    /// <summary>Name of the machine that it is on; empty when it has none.</summary>
    public string Machine => machine;

    /// <summary>The database.</summary>
    public string Path { get; } = System.IO.Path.Combine(folder, QueueFile.Name);

    /// <summary>The database's write-ahead log: newer than the database, and as dear.</summary>
    public string LogPath => Path + "-wal";

    /// <summary>Where damaged things are kept.</summary>
    public DamagedFolder Damaged { get; } = new(folder);

    public Reserve Reserve { get; } = new(System.IO.Path.Combine(folder, "queue.reserve"));

    /// <summary>
    /// True when the disk has room for the reserve and for new records beside it, so that a full disk is not found full again at once.
    /// </summary>
    public bool HasRoom
    {
        get
        {
            try
            {
                return new DriveInfo(folder).AvailableFreeSpace >= Store.Reserve.Size * 3 / 2;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }

    public void Create() => Directory.CreateDirectory(folder);

    /// <summary>Keeps bytes aside.</summary>
    public void Keep(string name, ReadOnlySpan<byte> bytes) => File.WriteAllBytes(Damaged.Free(name), bytes);

    /// <summary>Moves the database and its log aside.</summary>
    /// <returns>Where they are now.</returns>
    public (string Database, string Log) MoveAside()
    {
        var target = Damaged.Free(QueueFile.Name);
        if (File.Exists(Path)) File.Move(Path, target);
        else File.Create(target).Dispose();
        if (File.Exists(LogPath)) File.Move(LogPath, target + "-wal");
        return (target, target + "-wal");
    }
}
