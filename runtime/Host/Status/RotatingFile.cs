using System.Text;

namespace PlantRuntime.Host.Status;

/// <summary>
/// Log lines in a file of bounded size: <c>plant.log</c>, and older ones as <c>plant.1.log</c>, <c>plant.2.log</c>, up to <c>keep</c>.
/// </summary>
internal sealed class RotatingFile(string path, long maxSize, int keep) : ILogTarget
{
    private FileStream? _file;

    public void Write(LogLevel level, string line) => Write(Encoding.UTF8.GetBytes(line + "\n"));

    /// <summary>Appends whole lines.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + bytes.Length > maxSize) Rotate();
        _file!.Write(bytes);
    }

    public void Flush() => _file?.Flush();

    /// <summary>Returns when all that was written is on the disk.</summary>
    public void FlushToDisk() => _file?.Flush(flushToDisk: true);

    /// <summary>Lets go of the file after an error, with what could not be written; the next line opens it again.</summary>
    public void Drop()
    {
        try
        {
            Dispose();
        }
        catch (IOException)
        {
            // The rest cannot be written now, either: who wrote it has it still.
            _file = null;
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var isTorn = IsTorn();
        var file = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 16 * 1024);
        if (isTorn) file.WriteByte((byte)'\n');
        return file;
    }

    /// <summary>True when the last line was cut off: by a lost power, or a full disk.</summary>
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

    private string Numbered(int number) => Path.ChangeExtension(path, $".{number}{Path.GetExtension(path)}");
}
