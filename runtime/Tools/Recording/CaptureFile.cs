using System.IO.Compression;
using System.Text;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Writes a capture file, under the name <c>*.part</c> until it is complete. A file whose name ends in .gz is compressed. Owned by
/// <c>plant record</c>, never by the host; one call at a time; does blocking file I/O.
/// </summary>
internal sealed class CaptureFile : IDisposable
{
    private readonly string _path;
    private readonly string _part;
    private readonly FileStream _file;
    private readonly Stream _bytes;
    private readonly StreamWriter _lines;

    /// <exception cref="IOException">The file cannot be created, or exists already.</exception>
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

    /// <summary>Bytes written so far, without those in the buffer of the compressor.</summary>
    public long Size => _file.CanWrite ? _file.Length : new FileInfo(_path).Length;

    /// <summary>Writes one line.</summary>
    /// <exception cref="IOException">The file cannot be written; the message names the incomplete file.</exception>
    public void Add(string line) => Try(() => _lines.WriteLine(line));

    /// <summary>Flushes the file to the disk and gives it its name.</summary>
    public void Complete() => Try(() =>
    {
        _lines.Dispose();
        if (_bytes != _file) _bytes.Dispose();
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        File.Move(_part, _path);
    });

    /// <summary>Closes the file. One that is not complete keeps the name <c>*.part</c>.</summary>
    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // The same failure was reported by Add or Complete.
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
            throw new IOException($"{exception.Message}; the lines written before are in {_part}", exception);
        }
    }
}
