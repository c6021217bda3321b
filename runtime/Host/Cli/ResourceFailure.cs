using System.ComponentModel;
using System.Globalization;
using System.Net.Sockets;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Explains failures that occur because the system gives the process too few files, too little memory or no disk space. Called by
/// <c>Program.cs</c> and by each command that loads a site; any thread; no state except the limit read at the start.
/// </summary>
internal static class ResourceFailure
{
    /// <summary>EMFILE of Linux: the process has too many open files (errno(3)).</summary>
    private const int TooManyFiles = 24;

    /// <summary>ENFILE: the system has too many open files.</summary>
    private const int TooManyFilesOfSystem = 23;

    /// <summary>ENOSPC: the disk is full.</summary>
    private const int NoSpace = 28;

    /// <summary>
    /// The number of files that the runtime, the plugins, the queue and the compiler have open; each device and sink has two more.
    /// </summary>
    private const int BaseFiles = 320;

    private const int FilesOfPart = 2;

    /// <summary>
    /// The limit of open files on Linux; null where it is unlimited or unknown. Read once, at the start of the program, because reading it
    /// needs a file.
    /// </summary>
    public static int? FileLimit { get; } = ReadFileLimit();

    /// <summary>Returns why a site cannot run with the files that the process may open; null when they are enough.</summary>
    /// <param name="parts">Number of devices and sinks.</param>
    public static string? WhyTooFewFiles(int parts)
    {
        var needed = BaseFiles + (FilesOfPart * parts);
        return FileLimit < needed ? TooFewFiles(needed) : null;
    }

    /// <summary>Returns the reason and what the process needs; the exception with its stack when the system is not the reason.</summary>
    public static string Describe(Exception exception)
    {
        for (var inner = exception; inner is not null; inner = inner.InnerException)
        {
            if (inner is OutOfMemoryException)
            {
                return "plant has too little memory: a small site needs 256 MB, one of 10,000 tags and 20 recipes 512 MB "
                    + "(MemoryMax= of the service, limits.memory of site.toml)";
            }

            if (inner is not (IOException or Win32Exception or SocketException or UnauthorizedAccessException)) continue;
            var code = inner is Win32Exception native ? native.NativeErrorCode : inner.HResult & 0xffff;

            // An assembly that cannot be opened for want of a file handle is reported as missing.
            if (code is TooManyFiles or TooManyFilesOfSystem || FileLimit < BaseFiles) return TooFewFiles(BaseFiles);
            return code == NoSpace ? $"the disk is full: {inner.Message}" : $"plant ends: {inner.Message}";
        }

        return $"plant ends because of a fault of its own; please report these lines:\n{exception}";
    }

    private static string TooFewFiles(int needed) =>
        $"plant may open {(FileLimit is { } files ? $"{files} files" : "too few files")}, and this site needs {needed}: "
        + "allow 1024 (ulimit -n 1024, LimitNOFILE=1024 of the service)";

    private static int? ReadFileLimit()
    {
        try
        {
            var line = File.ReadLines("/proc/self/limits").FirstOrDefault(l => l.StartsWith("Max open files", StringComparison.Ordinal));
            var soft = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
            return int.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
