namespace PlantRuntime.Storage;

/// <summary>
/// Replaces files as a whole: after a power failure there is the old file or the new one, never a part. Keeps no state; does blocking disk
/// I/O on the caller's thread. Two writers of the same path must not run at the same time.
/// </summary>
public static class AtomicFile
{
    /// <summary>Writes the bytes to <c>path.new</c>, flushes them to the disk and renames the file. Creates missing folders.</summary>
    /// <param name="path">The file.</param>
    /// <param name="bytes">The new content.</param>
    /// <param name="root">
    /// The folder whose parent exists; it is created if it is missing, and the names of new folders below it are flushed to the disk.
    /// </param>
    /// <param name="mode">The rights of the file, from its creation on; null for those of new files. No effect on Windows.</param>
    /// <exception cref="IOException">The file cannot be written; the old one is still there.</exception>
    /// <exception cref="UnauthorizedAccessException">The user may not write the file; the old one is still there.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes, string root, UnixFileMode? mode = null)
    {
        var folder = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(folder)) Create(folder, root);
        var fresh = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Share = FileShare.None, BufferSize = 0 };
        try
        {
            if (mode is not null && !OperatingSystem.IsWindows())
            {
                // A file that a crash left behind would keep its own rights.
                File.Delete(fresh);
                options.UnixCreateMode = mode;
            }

            using (var file = new FileStream(fresh, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(fresh, path, overwrite: true);
            FolderSync.Flush(folder);
        }
        catch
        {
            // An incomplete file would occupy space on a full disk.
            TryDelete(fresh);
            throw;
        }
    }

    /// <summary>Deletes a file if that is possible.</summary>
    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file stays; it is replaced or deleted at the next attempt.
        }
    }

    private static void Create(string folder, string root)
    {
        FolderCreation.CreateBelow(folder, Path.GetDirectoryName(root) ?? root);
        for (var above = folder; above.Length > root.Length;)
        {
            above = Path.GetDirectoryName(above)!;
            FolderSync.Flush(above);
        }
    }
}
