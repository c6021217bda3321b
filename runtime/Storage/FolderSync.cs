using System.Runtime.InteropServices;

namespace PlantRuntime.Storage;

/// <summary>
/// Writes the names in a folder to the disk with fsync, blocking the caller's thread. The fsync of a file does not guarantee that its new
/// name is on the disk (fsync(2), "Notes"). Does nothing on Windows, which writes names itself and has no such call.
/// </summary>
public static class FolderSync
{
    private const int ReadOnly = 0;

    /// <summary>Returns when every name in the folder is on the disk.</summary>
    /// <exception cref="IOException">The folder cannot be opened or written.</exception>
    public static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        var handle = Open(folder, ReadOnly);
        if (handle < 0) throw Failed(folder);
        try
        {
            if (Fsync(handle) != 0) throw Failed(folder);
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failed(string folder) =>
        new($"folder {folder} cannot be put on the disk: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Fsync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
}
