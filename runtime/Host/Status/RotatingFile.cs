using System.Text;

namespace PlantRuntime.Host.Status;

/// <summary>
/// Log lines in a file of bounded size: <c>plant.log</c>, and older ones as <c>plant.1.log</c>, <c>plant.2.log</c>, up to <c>keep</c>.
/// </summary>
internal sealed class RotatingFile(string path, long maxSize, int keep) : ILogTarget
{
    private FileStream? _file;

    public void Write(LogLevel level, string line)
    {
        var bytes = Encoding.UTF8.GetBytes(line + "\n");
        _file ??= Open();
        if (_file.Length > 0 && _file.Length + bytes.Length > maxSize) Rotate();
        _file!.Write(bytes);
    }

    public void Flush() => _file?.Flush();

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
    }

    private FileStream Open()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 16 * 1024);
    }

    private void Rotate()
    {
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
