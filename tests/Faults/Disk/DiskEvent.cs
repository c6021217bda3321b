namespace PlantRuntime.Faults.Disk;

/// <summary>A system call on a file that changed it or its durability.</summary>
/// <param name="Kind">What it did.</param>
/// <param name="File">The file's name, without folder.</param>
/// <param name="Offset">Where a write begins; the length of a truncate.</param>
/// <param name="Data">What a write wrote.</param>
internal sealed record DiskEvent(DiskEventKind Kind, string File, long Offset, byte[] Data);
