using System.IO.Compression;
using System.Text;

namespace PlantRuntime.Host.Recording;

/// <summary>A capture being written, under another name until it is whole. A name that ends in .gz is compressed.</summary>
internal sealed class CaptureFile : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly FileStream _file;
    private readonly Stream _bytes;
    private readonly StreamWriter _lines;

    /// <exception cref="IOException">It cannot be made, or there is one already.</exception>
    public CaptureFile(string path)
    {
        _path = Path.GetFullPath(path);
        _part = _path + ".part";
        if (File.Exists(_path)) throw new IOException($"{path} is there already: take another name");
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        _file = new FileStream(_part, FileMode.Create, FileAccess.Write, FileShare.Read);
        var isCompressed = _path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase);
        _bytes = isCompressed ? new GZipStream(_file, CompressionLevel.Fastest, leaveOpen: true) : _file;
        _lines = new StreamWriter(_bytes, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), leaveOpen: true) { NewLine = "\n" };
    }

    /// <summary>Bytes written so far; what is on its way through the compressor is not among them.</summary>
    public long Size => _file.CanWrite ? _file.Length : new FileInfo(_path).Length;

    public void Add(string line) => Try(() => _lines.WriteLine(line));

    /// <summary>Gives the file its name.</summary>
    public void Complete() => Try(() =>
    {
        _lines.Dispose();
        if (_bytes != _file) _bytes.Dispose();
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_part, _path);
    });

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // It could not be written before, and that was said.
        }
    }

    private void Try(Action write)
    {
        try
        {
            write();
        }
        catch (IOException exception)
        {
            throw new IOException($"{exception.Message}; what was written before is in {_part}", exception);
        }
    }
}
