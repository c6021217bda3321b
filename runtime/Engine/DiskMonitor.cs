using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Engine;

/// <summary>
/// Watches how full the disks of a site are: that of its data, and that of its log file if it is another. A disk is filling up above 90 %,
/// until it is below 85 %; each change is logged once. Owned by <see cref="SiteStatus"/>, whose poll calls <see cref="Poll"/>; any thread
/// may read <see cref="Disks"/>.
/// </summary>
/// <param name="log">Receives the log lines.</param>
/// <param name="read">Returns the space of the disk with a folder; by default that of the system.</param>
internal sealed class DiskMonitor(PlantLog log, Func<string, DiskSpace>? read = null)
{
    private const double High = 0.9;
    private const double Low = 0.85;

    private readonly Func<string, DiskSpace> _read = read ?? DiskSpace.Read;
    private volatile IReadOnlyList<DiskReading> _disks = [];

    /// <summary>The disks as of the last poll; one that cannot be asked is as it was before. Empty before the first poll.</summary>
    public IReadOnlyList<DiskReading> Disks => _disks;

    /// <summary>Reads the disks of a site.</summary>
    public void Poll(SiteModel site)
    {
        var data = site.DataFolder;
        var logs = Path.GetDirectoryName(SiteFolders.LogFile(site.Folder, site.EffectiveLog.File))!;
        List<DiskReading> disks = [];
        foreach (var folder in AreOnOneDisk(data, logs) ? [data] : new[] { data, logs })
        {
            if (TryRead(folder, _disks.FirstOrDefault(d => d.Folder == folder)) is { } disk) disks.Add(disk);
        }

        _disks = disks;
    }

    private DiskReading? TryRead(string folder, DiskReading? before)
    {
        try
        {
            var space = _read(Existing(folder));
            var wasFilling = before is { IsFilling: true };
            var disk = new DiskReading(folder, space, space.Used > (wasFilling ? Low : High));
            if (disk.IsFilling && !wasFilling)
            {
                log.Warn($"DISK folder={folder} state=Filling used={space.Used * 100:0}% free={space.Free >> 20}MB "
                    + $"next=\"make room on it: when it is full, new records wait in memory\"");
            }
            else if (wasFilling && !disk.IsFilling)
            {
                log.Info($"DISK folder={folder} state=OK used={space.Used * 100:0}% free={space.Free >> 20}MB");
            }

            return disk;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // A disk that cannot be asked is reported by the queue when it fails.
            return before;
        }
    }

    private static bool AreOnOneDisk(string data, string logs)
    {
        var (a, b) = (Existing(data), Existing(logs));
        return FileFacts.Read(a).Device == FileFacts.Read(b).Device && Path.GetPathRoot(a) == Path.GetPathRoot(b);
    }

    /// <summary>Returns the folder, or the nearest one above it that is there.</summary>
    private static string Existing(string folder)
    {
        while (!Directory.Exists(folder) && Path.GetDirectoryName(folder) is { } above) folder = above;
        return folder;
    }
}

/// <summary>How full the disk with a folder is. Immutable.</summary>
/// <param name="Folder">The folder of the site's data, or of its log file.</param>
/// <param name="Space">Its space.</param>
/// <param name="IsFilling">True from 90 % until it is below 85 %.</param>
internal sealed record DiskReading(string Folder, DiskSpace Space, bool IsFilling)
{
    /// <summary>The warning; null if there is none.</summary>
    public string? Warning => IsFilling ? $"it is {Space.Used:P0} full: {Space.Free >> 20} MB are free" : null;
}

/// <summary>The space of a disk in bytes.</summary>
/// <param name="Free">Bytes that the host may still write.</param>
/// <param name="Total">Size of the disk.</param>
internal readonly record struct DiskSpace(long Free, long Total)
{
    /// <summary>The part that is used or kept from the host, from 0 to 1; 0 for a disk without a size.</summary>
    public double Used => Total <= 0 ? 0 : 1 - ((double)Free / Total);

    /// <summary>Returns the space of the disk with a folder.</summary>
    /// <exception cref="IOException">The disk cannot be asked.</exception>
    public static DiskSpace Read(string folder)
    {
        var drive = new DriveInfo(folder);
        return new DiskSpace(drive.AvailableFreeSpace, drive.TotalSize);
    }
}
