namespace PlantRuntime.Faults.Disk;

/// <summary>A system call on a file that changed it or its durability.</summary>
/// <param name="Kind">Kind of the call.</param>
/// <param name="File">The file's name, without folder.</param>
/// <param name="Offset">Offset of a write; new length of a truncation.</param>
/// <param name="Data">The bytes of a write.</param>
internal sealed record DiskEvent(DiskEventKind Kind, string File, long Offset, byte[] Data);

/// <summary>The effect of a system call on a file.</summary>
internal enum DiskEventKind
{
    Write,
    Truncate,
    Sync,
    Unlink,
}
