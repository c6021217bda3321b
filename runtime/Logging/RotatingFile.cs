using System.Globalization;
using System.Text;

namespace PlantRuntime.Logging;

/// <summary>
/// Writes lines to a file of limited size: <c>plant.log</c>, and older ones as <c>plant.1.log</c> (the latest), <c>plant.2.log</c>, up to
/// <c>keep</c>. Owned by one <see cref="PlantLog"/> or by the audit log; one call at a time; not thread-safe. Opens the file at the first
/// line, and again if it was deleted or moved; does blocking file I/O; never retries.
/// </summary>
/// <param name="path">The file; its folder is created if it is missing.</param>
/// <param name="maxSize">Bytes after which a new file is begun. One line longer than this is still written whole.</param>
/// <param name="keep">The number of older files to keep; 0 to delete the file when it is full.</param>
/// <param name="calendar">Begins files by day and deletes old ones; null if only the size counts.</param>
public sealed class RotatingFile(string path, long maxSize, int keep, LogCalendar? calendar = null) : ILogTarget
{
    private readonly string _folder = Path.GetDirectoryName(path)!;
    private FileStream? _file;
    private bool _wasOpened;

    // Length of the file when nothing of it was buffered; null while lines are buffered.
    private long? _flushed;

    public string FilePath => path;

    private bool HasParent => Path.GetDirectoryName(_folder) is not { } parent || Directory.Exists(parent);

    public void Write(LogLevel level, string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Appends whole lines, which are never split between two files.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (_file is not null && IsGone()) Drop();
        _file ??= Open();
        _flushed = null;
        var (isNewDay, beginsFile) = calendar?.Next() ?? default;
        if (_file.Length > 0 && (beginsFile || _file.Length + bytes.Length > maxSize)) Rotate();
        _file!.Write(bytes);
        if (isNewDay) DeleteOld();
    }

    /// <summary>Gives buffered lines to the operating system.</summary>
    public void Flush() => Flush(toDisk: false);

    /// <summary>Blocks until everything written is on the disk (fsync).</summary>
    public void FlushToDisk() => Flush(toDisk: true);

    /// <summary>
    /// Closes the file after an error and discards buffered bytes that cannot be written; the next line opens the file again.
    /// </summary>
    public void Drop()
    {
        try
        {
            Dispose();
        }
        catch (IOException)
        {
            // The buffered bytes cannot be written; the caller still has them and writes them again if needed.
            _file = null;
        }
    }

    public void Reopen() => Drop();

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    /// <summary>
    /// True if the file was deleted, moved, replaced or truncated, as logrotate does: the handle writes at its own position, which would
    /// leave a hole of NULs. While the folder above its own is away too, the open file stays in use: it moves with the folder, and nothing
    /// is created in its place.
    /// </summary>
    private bool IsGone()
    {
        var file = new FileInfo(path);
        return file.Exists ? _flushed is { } length && file.Length != length : HasParent;
    }

    private void Flush(bool toDisk)
    {
        if (_file is null) return;
        _file.Flush(toDisk);
        _flushed = _file.Length;
    }

    private FileStream Open()
    {
        if (!_wasOpened || HasParent) Directory.CreateDirectory(_folder);
        _wasOpened = true;
        var isTorn = IsTorn();
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 16 * 1024);
        if (isTorn) file.WriteByte((byte)'\n');
        calendar?.Open(file.Length == 0 ? null : File.GetLastWriteTimeUtc(path));
        return file;
    }

    /// <summary>True if the last line has no line end, because of a power failure or a full disk.</summary>
    private bool IsTorn()
    {
        if (!File.Exists(path)) return false;
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0) return false;
        file.Seek(-1, SeekOrigin.End);
        return file.ReadByte() != '\n';
    }

    private void Rotate()
    {
        FlushToDisk();
        Dispose();
        for (var i = keep - 1; i >= 1; i--)
        {
            if (File.Exists(Numbered(i))) File.Move(Numbered(i), Numbered(i + 1), overwrite: true);
        }

        if (keep > 0) File.Move(path, Numbered(1), overwrite: true);
        else File.Delete(path);
        _file = Open();
    }

    /// <summary>Deletes the full files that are too old for the calendar, also those with numbers above <c>keep</c>.</summary>
    private void DeleteOld()
    {
        var (start, extension) = (Path.GetFileNameWithoutExtension(path).Length + 1, Path.GetExtension(path));
        var full = new SortedList<int, string>();
        foreach (var file in Directory.EnumerateFiles(_folder, $"{Path.GetFileNameWithoutExtension(path)}.*{extension}"))
        {
            var name = Path.GetFileName(file);
            if (name.Length <= start + extension.Length) continue;
            var number = name.AsSpan()[start..^extension.Length];
            if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var i)) continue;
            if (file == Numbered(i)) full.Add(i, file);
        }

        var kept = calendar!.CountKept([.. full.Values.Select(File.GetLastWriteTimeUtc)]);
        foreach (var file in full.Values.Skip(kept)) File.Delete(file);
    }

    private string Numbered(int number) => Path.ChangeExtension(path, $".{number}{Path.GetExtension(path)}");
}
