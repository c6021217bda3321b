namespace PlantRuntime.Faults.Disk;

/// <summary>What a system call did to a file.</summary>
internal enum DiskEventKind
{
    Write,
    Truncate,
    Sync,
    Unlink,
}
