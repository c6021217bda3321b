using System.Globalization;
using System.Runtime.InteropServices;

namespace PlantRuntime.Storage;

/// <summary>The result of a test of <see cref="FolderAccess"/>. Immutable.</summary>
/// <param name="IsGood">False if records cannot be stored.</param>
/// <param name="Found">What was found.</param>
/// <param name="Remedies">What to do, one line each.</param>
public sealed record AccessReport(bool IsGood, string Found, params IReadOnlyList<string> Remedies);

/// <summary>
/// Tells without writing whether a file can be created or extended in a folder, and whether its disk has space. Used by the diagnosis of
/// sinks that write files. Keeps no state; any thread; blocking calls of the file system.
/// </summary>
public static class FolderAccess
{
    private const int MayWrite = 2;
    private const int MayEnter = 1;

    /// <summary>100 MB: with less free space a busy sink ends within hours.</summary>
    private const long FewBytes = 100L << 20;

    /// <summary>
    /// Tests whether this user may write the file, or create it and the folders that are missing. Windows tells only when a file is
    /// created.
    /// </summary>
    /// <param name="file">Absolute path of the file; need not exist.</param>
    public static AccessReport CheckFile(string file)
    {
        if (Directory.Exists(file)) return new AccessReport(false, $"{file} is a folder", "give the path of a file");
        var folder = Nearest(Path.GetDirectoryName(file)!);
        if (File.Exists(folder)) return new AccessReport(false, $"{folder} is a file", "give another path, or remove that file");
        var isFound = folder == Path.GetDirectoryName(file);
        var why = File.Exists(file) ? WhyNotWritable(file) : null;
        if (why is not null) return Refused(file, why);
        if (WhyNot(folder, MayWrite | MayEnter) is { } reason) return Refused(folder, reason);
        return new AccessReport(true, File.Exists(file) ? $"{file} may be written"
            : isFound ? $"{file} is created with the first records" : $"{file} and its folder are created with the first records");
    }

    /// <summary>Tests whether the disk of a file has free space.</summary>
    /// <param name="file">Absolute path of the file; need not exist.</param>
    public static AccessReport CheckSpace(string file)
    {
        try
        {
            var drive = new DriveInfo(Nearest(Path.GetDirectoryName(file)!));
            var found = $"{Format(drive.AvailableFreeSpace)} free of {Format(drive.TotalSize)} at {drive.Name}";
            return drive.AvailableFreeSpace >= FewBytes ? new AccessReport(true, found)
                : new AccessReport(false, found, "make room: the sink keeps no records when the disk is full, and the queue needs space too");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return new AccessReport(true, $"the free space is not known: {exception.Message}");
        }
    }

    private static AccessReport Refused(string path, string reason) => new(false, $"{path}: {reason}",
        $"plant doctor runs as user {Environment.UserName}: give the user of the host the right to write there, or another path",
        "a file system that is mounted read-only after an error of the disk has to be repaired first");

    private static string Nearest(string folder)
    {
        var nearest = folder;
        while (!Directory.Exists(nearest) && !File.Exists(nearest) && Path.GetDirectoryName(nearest) is { } above) nearest = above;
        return nearest;
    }

    private static string? WhyNotWritable(string file) => OperatingSystem.IsWindows()
        ? File.GetAttributes(file).HasFlag(FileAttributes.ReadOnly) ? "it is read-only" : null
        : WhyNot(file, MayWrite);

    private static string? WhyNot(string path, int mode)
    {
        if (OperatingSystem.IsWindows() || Access(path, mode) == 0) return null;
        return Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
    }

    private static string Format(long bytes) => bytes >= 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.#} GB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 20):0.#} MB");

    [DllImport("libc", EntryPoint = "access", SetLastError = true)]
    private static extern int Access([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int mode);
}
