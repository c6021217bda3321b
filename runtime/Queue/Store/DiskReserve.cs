namespace PlantRuntime.Queue.Store;

/// <summary>
/// Keeps 8 MB of the disk occupied by a file. When the disk is full, the file is deleted, so that deliveries can still be committed;
/// otherwise delivered records would be sent again. New records are stored only while the reserve exists. Called by
/// <see cref="QueueWorker"/> on the queue thread (once before it starts); does blocking file I/O; never throws for a failing disk.
/// </summary>
internal sealed class DiskReserve(string path)
{
    /// <summary>8 MB: a full write-ahead log (4 MB) and the database pages that it is copied to.</summary>
    public const int Size = 8 << 20;

    /// <summary>Creates and fills the reserve file if it is missing or incomplete.</summary>
    /// <returns>False if it cannot be written; a part of it is deleted.</returns>
    public bool TryHold()
    {
        try
        {
            if (File.Exists(path) && new FileInfo(path).Length == Size) return true;
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            var block = new byte[1 << 16];
            for (var i = 0; i < Size; i += block.Length) file.Write(block);
            file.Flush(flushToDisk: true);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Release();
            return false;
        }
    }

    /// <summary>Deletes the reserve file, if that is possible.</summary>
    public void Release()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The file is kept or missing; either way no more space can be freed here.
        }
    }
}
