using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>What the queue says in the log, and how often.</summary>
internal sealed class QueueNotices(QueueFolder folder, TimeProvider time, PlantLog log)
{
    private const long MemoryMegabytes = RecordBuffer.MaxBytes >> 20;
    private readonly LogLimit _failures = new(time, TimeSpan.FromSeconds(10));
    private readonly LogLimit _drops = new(time, TimeSpan.FromSeconds(10));

    public void Full() => log.Error($"DISK queue={folder.Path} state=FULL "
        + $"next=\"sinks go on from what is stored; up to {MemoryMegabytes} MB of new records wait in memory\"");

    public void RoomAgain() => log.Info($"DISK queue={folder.Path} state=OK next=\"records are taken again\"");

    public void Failed(string reason, long bytesInMemory)
    {
        if (!_failures.May(out _)) return;
        log.Error($"QUEUE reason=\"{reason}\" inmemory={bytesInMemory >> 10}KB next=\"tried again every second\"");
    }

    public void Dropped(long records, string? problem)
    {
        if (!_drops.May(out _)) return;
        log.Error($"DROPPED records={records} reason=\"{problem ?? "the disk is too slow"}, and {MemoryMegabytes} MB wait in memory\"");
    }

    public void Expired(string sink, long records) => log.Warn($"EXPIRED sink={sink} records={records} reason=\"waited longer than max_age\"");

    public void Lost(string sink, long records) => log.Error($"DAMAGED sink={sink} records={records} "
        + $"reason=\"the disk gave them back changed, or not at all\" kept=\"{folder.Damaged.Path}\"");

    public void DamagedBatch(long number) => log.Error($"DAMAGED queue={folder.Path} batch={number} "
        + $"reason=\"its checksum is wrong\" kept=\"{folder.Damaged.Path}\" next=\"the others go on\"");

    public void DamagedFile(string reason) => log.Error($"DAMAGED queue={folder.Path} "
        + $"reason=\"{reason}\" next=\"what can be read is put into a new file\"");

    public void Moved() => log.Warn($"MOVED queue={folder.Path} reason=\"it was written on another machine\" "
        + "next=\"its records count as new ones; should the other machine go on, what waited when it was copied arrives twice\"");

    public void Bug(Exception exception) => log.Error($"BUG in=queue reason=\"{exception}\"");
}
