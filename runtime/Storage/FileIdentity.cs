using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PlantRuntime.Storage;

/// <summary>
/// Distinguishes a file from another one at the same path: by device and inode on Linux, by the time of creation elsewhere (on Windows an
/// open database cannot be replaced anyway). Immutable.
/// </summary>
/// <param name="Device">The device; 0 except on Linux.</param>
/// <param name="Number">The inode, or the time of creation.</param>
public readonly record struct FileIdentity(ulong Device, ulong Number)
{
    // statx(2): its structure is the same on all architectures, unlike that of stat(2).
    private const int CurrentFolder = -100;
    private const uint InodeMask = 0x100;
    private const int StructureLength = 256;
    private const int InodeOffset = 32;
    private const int DeviceOffset = 136;

    /// <summary>
    /// Returns the identity of the file that the path leads to, through links; null if there is none or it cannot be examined.
    /// </summary>
    public static FileIdentity? From(string path)
    {
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) ? new FileIdentity(0, (ulong)File.GetCreationTimeUtc(path).Ticks) : null;
        Span<byte> status = stackalloc byte[StructureLength];
        if (Statx(CurrentFolder, path, 0, InodeMask, ref MemoryMarshal.GetReference(status)) != 0) return null;
        return new FileIdentity(
            BinaryPrimitives.ReadUInt64LittleEndian(status[DeviceOffset..]),
            BinaryPrimitives.ReadUInt64LittleEndian(status[InodeOffset..]));
    }

    [DllImport("libc", EntryPoint = "statx")]
    private static extern int Statx(
        int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask, ref byte status);
}
