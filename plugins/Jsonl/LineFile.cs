using Microsoft.Win32.SafeHandles;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// The open file of a sink. It contains whole batches: one that fails half-way is removed before the error is reported. Owned by one
/// <see cref="JsonlSink"/>, which makes one call at a time; calls block.
/// </summary>
internal sealed class LineFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly bool _isSynced;

    private LineFile(string path, SafeFileHandle handle, bool isSynced, DateTime now)
    {
        Path = path;
        _handle = handle;
        _isSynced = isSynced;
        Length = RandomAccess.GetLength(handle);
        LastWrite = Length == 0 ? now : File.GetLastWriteTimeUtc(path);
    }

    public string Path { get; }

    /// <summary>Bytes that count as stored.</summary>
    public long Length { get; private set; }

    /// <summary>Time of the last stored batch, in UTC.</summary>
    public DateTime LastWrite { get; private set; }

    /// <summary>
    /// True if a failed batch could not be removed: the next open must truncate the file to <see cref="Length"/>.
    /// </summary>
    public bool HasPartialBatch { get; private set; }

    /// <summary>Opens or creates the file and its folder, and repairs its end.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="siteFolder">The site's folder, which is not created: it may have been moved away for a moment.</param>
    /// <param name="isSynced">True to sync each batch to the disk before <see cref="Append"/> returns.</param>
    /// <param name="now">The time now, in UTC.</param>
    /// <param name="truncateTo">The length before a failed batch that is still in the file; null if there is none.</param>
    /// <param name="warn">Logs a repair.</param>
    public static LineFile Open(string path, string siteFolder, bool isSynced, DateTime now, long? truncateTo, Action<string> warn)
    {
        SafeFileHandle? handle = null;
        try
        {
            var folder = System.IO.Path.GetDirectoryName(path)!;
            FolderCreation.CreateBelow(folder, siteFolder);
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            if (RandomAccess.GetLength(handle) == 0 && isSynced) FolderSync.Flush(folder);
            if (truncateTo is { } good && RandomAccess.GetLength(handle) > good) RandomAccess.SetLength(handle, good);
            var aside = path + ".torn";
            if (TruncatedLine.MoveAside(handle, path, aside) is var torn and > 0)
                warn($"REPAIRED file={path} bytes={torn} reason=\"its last line was torn\" moved_to={aside}");
            return new LineFile(path, handle, isSynced, now);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new IOException($"{path} cannot be opened for writing: {exception.Message}", exception);
        }
    }

    /// <summary>True if the file still has its name and no other program has written to it.</summary>
    public bool IsInPlace() => new FileInfo(Path) is { Exists: true } file && file.Length == Length;

    /// <summary>Stores whole lines, or throws and leaves the file as it was before.</summary>
    public void Append(ReadOnlySpan<byte> lines, DateTime now)
    {
        try
        {
            RandomAccess.Write(_handle, lines, Length);
            if (_isSynced) RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception exception)
        {
            RollBack();
            // .NET reports the size limit of a file system (4 GB on FAT) as a wrong argument.
            var reason = exception is ArgumentOutOfRangeException
                ? "it has the greatest size that its file system allows: give rotate_size"
                : exception.Message;
            throw new IOException($"{Path} cannot be written to: {reason}", exception);
        }

        Length += lines.Length;
        LastWrite = now;
    }

    public void Dispose() => _handle.Dispose();

    private void RollBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            HasPartialBatch = true;
        }
    }
}
