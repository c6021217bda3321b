using System.Runtime.InteropServices;

namespace PlantRuntime.Sites.Text;

/// <summary>Kind of a directory entry, after its links were followed.</summary>
internal enum FileKind
{
    Regular,
    Folder,
    Pipe,
    Socket,
    Device,

    /// <summary>There is no such entry, or a link that leads nowhere.</summary>
    Missing,

    /// <summary>The user that runs plant may not look at it.</summary>
    Inaccessible,
}

/// <summary>
/// Kind, size, times and identity of a file, after its links were followed. Two equal values mean that the content is the same: a file that
/// was replaced by one of equal length and time has another identity or another time of change.
/// </summary>
/// <param name="Kind">Kind of the file.</param>
/// <param name="Length">Size in bytes.</param>
/// <param name="Device">Number of the file system; 0 where the system has none.</param>
/// <param name="Inode">Number of the file in its file system.</param>
/// <param name="Modified">Time of the last write to its content, in ticks of 1 ns.</param>
/// <param name="Changed">Time of the last change to its content, owner or rights, in ticks of 1 ns.</param>
internal readonly record struct FileFacts(FileKind Kind, long Length, ulong Device, ulong Inode, long Modified, long Changed)
{
    private const int CurrentFolder = -100;
    private const uint BasicFacts = 0x7ff;
    private const int NoSuchEntry = 2;
    private const int NoFolder = 20;
    private const int LinkLoop = 40;

    /// <summary>Reads the facts of a path. It never opens the file, and so never waits for one.</summary>
    public static FileFacts Read(string path)
    {
        if (!OperatingSystem.IsLinux()) return ReadPortable(path);
        if (StatX(CurrentFolder, path, 0, BasicFacts, out var stat) != 0)
        {
            var isMissing = Marshal.GetLastPInvokeError() is NoSuchEntry or NoFolder or LinkLoop;
            return default(FileFacts) with { Kind = isMissing ? FileKind.Missing : FileKind.Inaccessible };
        }

        var kind = (stat.Mode & 0xf000) switch
        {
            0x8000 => FileKind.Regular,
            0x4000 => FileKind.Folder,
            0x1000 => FileKind.Pipe,
            0xc000 => FileKind.Socket,
            _ => FileKind.Device,
        };
        return new FileFacts(
            kind, (long)stat.Size, ((ulong)stat.DeviceMajor << 32) | stat.DeviceMinor, stat.Inode,
            (stat.ModifiedSeconds * 1_000_000_000) + stat.ModifiedNanoseconds, (stat.ChangedSeconds * 1_000_000_000)
                + stat.ChangedNanoseconds);
    }

    /// <summary>Returns user id and group id of a file on Linux, after its links were followed; null if they cannot be read.</summary>
    public static (uint User, uint Group)? OwnerOf(string path) =>
        OperatingSystem.IsLinux() && StatX(CurrentFolder, path, 0, BasicFacts, out var stat) == 0 ? (stat.User, stat.Group) : null;

    /// <summary>The facts of several files as one text, which changes when any of them does. Missing files have none.</summary>
    public static string Stamp(IEnumerable<string> paths) => string.Join('\n', paths.Select(p => $"{p}|{Read(p)}"));

    /// <summary>Why the entry is no file to read, in words that follow its name; null for a regular file.</summary>
    public string? WhyNotReadable => Kind switch
    {
        FileKind.Regular => null,
        FileKind.Folder => "is a folder",
        FileKind.Pipe => "is a pipe (FIFO), not a regular file",
        FileKind.Socket => "is a socket, not a regular file",
        FileKind.Device => "is a device, not a regular file",
        FileKind.Missing => "does not exist",
        _ => "may not be read by the user that runs plant",
    };

    public override string ToString() => $"{Kind}|{Length}|{Device}|{Inode}|{Modified}|{Changed}";

    private static FileFacts ReadPortable(string path)
    {
        try
        {
            FileSystemInfo file = new FileInfo(path);
            file = file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
            var isFolder = Directory.Exists(file.FullName);
            if (!isFolder && !file.Exists) return default(FileFacts) with { Kind = FileKind.Missing };
            var written = file.LastWriteTimeUtc.Ticks * 100;
            var identity = (ulong)string.GetHashCode(file.FullName, StringComparison.Ordinal);
            return new FileFacts(
                isFolder ? FileKind.Folder : FileKind.Regular, isFolder ? 0 : new FileInfo(file.FullName).Length, 0, identity, written,
                file.CreationTimeUtc.Ticks * 100);
        }
        catch (FileNotFoundException)
        {
            return default(FileFacts) with { Kind = FileKind.Missing };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default(FileFacts) with { Kind = FileKind.Inaccessible };
        }
    }

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static extern int StatX(int folder, [MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags, uint mask,
        out StatXBuffer stat);

    /// <summary>struct statx of statx(2), which has the same layout on all processors.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatXBuffer
    {
        [FieldOffset(20)] public uint User;
        [FieldOffset(24)] public uint Group;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }
}
