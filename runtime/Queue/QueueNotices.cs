using PlantRuntime.Logging;

namespace PlantRuntime.Queue;

/// <summary>
/// Writes the log lines of the queue and limits those about failures, dropped records and bugs to one each in 10 s. Owned by one
/// <see cref="QueueWorker"/>; called on the queue thread, or before it starts. Never blocks: <see cref="PlantLog"/> has its own thread.
/// </summary>
internal sealed class QueueNotices(QueueFolder folder, TimeProvider time, PlantLog log)
{
    private const long MemoryMegabytes = RecordBuffer.MaxBytes >> 20;
    private readonly LogLimit _failures = new(time, TimeSpan.FromSeconds(10));
    private readonly LogLimit _bugs = new(time, TimeSpan.FromSeconds(10));
    private readonly LogLimit _drops = new(time, TimeSpan.FromSeconds(10));

    /// <summary>Logs that the disk is full.</summary>
    public void Full() => log.Error($"DISK queue={folder.Path} state=FULL "
        + $"next=\"sinks go on from what is stored; up to {MemoryMegabytes} MB of new records wait in memory\"");

    public void RoomAgain() => log.Info($"DISK queue={folder.Path} state=OK next=\"records are taken again\"");

    /// <summary>Logs that the queue cannot store records at the moment.</summary>
    public void Failed(string reason, long bytesInMemory)
    {
        if (!_failures.TryAcquire(out var suppressed)) return;
        log.Error($"QUEUE queue={folder.Path} state=Failed reason=\"{reason}\" "
            + $"inmemory={bytesInMemory >> 10}KB{LogText.Suppressed(suppressed)} "
            + $"next=\"tried again every second; up to {MemoryMegabytes} MB of new records wait in memory, "
            + $"and are lost if the host ends before\"");
    }

    public void Working() => log.Info($"QUEUE queue={folder.Path} state=OK next=\"records are stored again\"");

    /// <summary>Logs that the file at the queue's path is not the open one.</summary>
    public void Gone(string reason, string next) => log.Error($"MOVED queue={folder.Path} reason=\"{reason}\" next=\"{next}\"");

    public void Returned() => log.Info($"MOVED queue={folder.Path} state=OK reason=\"its file is back\"");

    public void Replaced(long waiting, string? kept) => log.Warn($"QUEUE queue={folder.Path} state=New waiting={waiting}"
        + $"{LogFields.When(kept is not null, $" kept=\"{kept}\"")} next=\"the waiting records were copied into a new file\"");

    public void RouteDamaged(string recipe, string sink, long records) =>
        log.Error($"DAMAGED recipe={recipe} sink={sink} records={records} "
        + $"reason=\"they were in a file that was replaced or deleted and cannot be read\"");

    public void LostAtEnd(string recipe, IEnumerable<string> sinks, long records) =>
        log.Error($"DROPPED recipe={recipe} sinks={string.Join(',', sinks)} records={records} "
            + $"reason=\"the host ends and they cannot be stored\"");

    public void Dropped(long records, string? problem)
    {
        if (!_drops.TryAcquire(out _)) return;
        log.Error($"DROPPED records={records} reason=\"{problem ?? "the disk is too slow"}, and {MemoryMegabytes} MB wait in memory\"");
    }

    public void Expired(string sink, long records) =>
        log.Warn($"EXPIRED sink={sink} records={records} reason=\"waited longer than max_age\"");

    public void SinkDamaged(string sink, long records) => log.Error($"DAMAGED sink={sink} records={records} "
        + $"reason=\"the disk gave them back changed, or not at all\" kept=\"{folder.Damaged.Path}\"");

    public void DamagedBatch(long number) => log.Error($"DAMAGED queue={folder.Path} batch={number} "
        + $"reason=\"its checksum is wrong\" kept=\"{folder.Damaged.Path}\" next=\"the others go on\"");

    public void DamagedFile(string reason) => log.Error($"DAMAGED queue={folder.Path} "
        + $"reason=\"{reason}\" next=\"what can be read is put into a new file\"");

    /// <summary>Logs that the queue was copied from another machine and has a new identity.</summary>
    public void Moved() => log.Warn($"MOVED queue={folder.Path} reason=\"it was written on another machine\" "
        + $"next=\"its records count as new ones; should the other machine go on, what waited when it was copied arrives twice\"");

    /// <summary>Logs an error of the queue itself: once in ten seconds, with the number of repetitions.</summary>
    public void Bug(Exception exception)
    {
        if (_bugs.TryAcquire(out var suppressed)) log.Error($"BUG in=queue reason=\"{exception}\"{LogText.Suppressed(suppressed)}");
    }
}
