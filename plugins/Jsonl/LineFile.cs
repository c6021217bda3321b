using Microsoft.Win32.SafeHandles;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>The file that is written to. Holds whole batches: one that fails half-way is taken back before the error is told.</summary>
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

    /// <summary>When the last batch was stored, in UTC.</summary>
    public DateTime LastWrite { get; private set; }

    /// <summary>
    /// True when a failed batch could not be taken back: what stands behind <see cref="Length"/> must go at the next open.
    /// </summary>
    public bool HasRemains { get; private set; }

    /// <summary>Opens or creates the file and its folder.</summary>
    /// <param name="path">Absolute path.</param>
    /// <param name="isSynced">Whether a batch is on the disk before <see cref="Append"/> returns.</param>
    /// <param name="now">The time now, in UTC.</param>
    /// <param name="cutTo">Length behind which an earlier failure left remains, if so.</param>
    /// <param name="warn">Told what was repaired.</param>
    public static LineFile Open(string path, bool isSynced, DateTime now, long? cutTo, Action<string> warn)
    {
        SafeFileHandle? handle = null;
        try
        {
            var folder = System.IO.Path.GetDirectoryName(path)!;
            Directory.CreateDirectory(folder);
            handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
            if (RandomAccess.GetLength(handle) == 0 && isSynced) FolderSync.Flush(folder);
            if (cutTo is { } good && RandomAccess.GetLength(handle) > good) RandomAccess.SetLength(handle, good);
            var aside = path + ".torn";
            if (TornLine.MoveAside(handle, path, aside) is var torn and > 0)
                warn($"REPAIRED file={path} bytes={torn} reason=\"its last line was torn\" moved_to={aside}");
            return new LineFile(path, handle, isSynced, now);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            handle?.Dispose();
            throw new IOException($"{path} cannot be opened for writing: {exception.Message}", exception);
        }
    }

    /// <summary>True when the file still has its name and nobody else wrote to it.</summary>
    public bool IsInPlace() => new FileInfo(Path) is { Exists: true } file && file.Length == Length;

    /// <summary>Stores whole lines, or throws and leaves the file as it was.</summary>
    public void Append(ReadOnlySpan<byte> lines, DateTime now)
    {
        try
        {
            RandomAccess.Write(_handle, lines, Length);
            if (_isSynced) RandomAccess.FlushToDisk(_handle);
        }
        catch (Exception exception)
        {
            TakeBack();
            // .NET tells a file system's limit (4 GB on FAT) as a wrong argument.
            var reason = exception is ArgumentOutOfRangeException
                ? "it has the greatest size that its file system allows: give rotate_size"
                : exception.Message;
            throw new IOException($"{Path} cannot be written to: {reason}", exception);
        }

        Length += lines.Length;
        LastWrite = now;
    }

    public void Dispose() => _handle.Dispose();

    private void TakeBack()
    {
        try
        {
            RandomAccess.SetLength(_handle, Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            HasRemains = true;
        }
    }
}
