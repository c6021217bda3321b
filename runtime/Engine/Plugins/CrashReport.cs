using System.Runtime.InteropServices;
using PlantRuntime.Sites;

namespace PlantRuntime.Engine.Plugins;

/// <summary>
/// Captures and reads the text that the .NET runtime writes when a stack overflow ends the process. <see cref="Capture"/> redirects the
/// native standard error of the process to <c>logs/crash.log</c> (managed <see cref="Console.Error"/> keeps its target); the next start
/// reads the file and names the plugin. Called once each by <c>plant run</c> before the site starts.
/// </summary>
internal static class CrashReport
{
    private const int StandardError = 2;
    private const long MaxSize = 1 << 20;

    /// <summary>Redirects the native standard error to a new file. Does nothing on Windows, or if the file cannot be opened.</summary>
    public static void Capture(string siteFolder)
    {
        if (OperatingSystem.IsWindows()) return;

        // Opens the managed stream on a duplicate of the original descriptor.
        Console.Error.Flush();
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FileIn(siteFolder))!);
            using var file = File.OpenHandle(FileIn(siteFolder), FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            _ = Duplicate(file.DangerousGetHandle().ToInt32(), StandardError);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without the file a crash is written to the original standard error.
        }
    }

    /// <summary>
    /// Returns the stack frames of the stack overflow that ended the previous run, the innermost first; empty if there was none.
    /// </summary>
    public static IReadOnlyList<string> ReadFrames(string siteFolder)
    {
        try
        {
            var file = new FileInfo(FileIn(siteFolder));
            if (!file.Exists || file.Length is 0 or > MaxSize) return [];
            var lines = File.ReadAllLines(file.FullName);
            file.MoveTo(Path.ChangeExtension(file.FullName, ".previous.log"), overwrite: true);
            return Parse(lines);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>
    /// Extracts the frames of a stack overflow, such as <c>Acme.Driver.Read(Int32)</c>, from the lines of the file. Pure.
    /// </summary>
    public static IReadOnlyList<string> Parse(IReadOnlyList<string> lines) =>
    [
        .. lines.SkipWhile(line => !line.StartsWith("Stack overflow.", StringComparison.Ordinal))
            .Select(line => line.Trim()).Where(line => line.StartsWith("at ", StringComparison.Ordinal)).Select(line => line[3..]),
    ];

    private static string FileIn(string siteFolder) => Path.Combine(SiteFolders.Logs(siteFolder), "crash.log");

    [DllImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static extern int Duplicate(int from, int to);
}
