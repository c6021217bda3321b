using System.IO.Compression;

namespace PlantRuntime.Testing.Captures;

/// <summary>
/// Reads the lines of a capture into one reused buffer, independent of the file size. Opens the file in the constructor and owns it.
/// <see cref="Replay"/> creates one for each replay; not thread-safe.
/// </summary>
/// <param name="path">Path of the file; a file that ends in .gz is decompressed.</param>
internal sealed class CaptureLines(string path) : IDisposable
{
    /// <summary>Maximum length of a line in bytes; enough for a scan of about 100,000 tags.</summary>
    public const int MaxLine = 4 << 20;

    private readonly Stream _file = Open(path);
    private byte[] _buffer = new byte[64 << 10];
    private int _start;
    private int _end;
    private bool _isAtEnd;

    /// <summary>Number of the last line, from 1.</summary>
    public int Number { get; private set; }

    /// <summary>False if the file ended before the end of the last line.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Reads the next line, without its end.</summary>
    /// <returns>False at the end of the file.</returns>
    /// <exception cref="InvalidDataException">The line is too long, or the gzip data is damaged.</exception>
    public bool TryRead(out ReadOnlyMemory<byte> line)
    {
        for (var searched = _start; ;)
        {
            var newline = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (newline >= 0 || _isAtEnd)
            {
                var end = newline >= 0 ? searched + newline : _end;
                line = _buffer.AsMemory(_start, end - _start);
                var isLine = newline >= 0 || end > _start;
                IsWhole = newline >= 0;
                _start = Math.Min(end + 1, _end);
                if (isLine) Number++;
                return isLine;
            }

            searched = Fill();
        }
    }

    public void Dispose() => _file.Dispose();

    private static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private int Read(Span<byte> into)
    {
        try
        {
            return _file.Read(into);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"the file is not a valid gzip file: {exception.Message}", exception);
        }
    }

    /// <summary>Reads more bytes after the buffered ones.</summary>
    /// <returns>Index of the first new byte.</returns>
    private int Fill()
    {
        if (_start > 0) _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        if (_end > MaxLine)
        {
            Number++;
            throw new InvalidDataException("the line is longer than 4 MB");
        }

        if (_end == _buffer.Length) Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, MaxLine + 1));
        var read = Read(_buffer.AsSpan(_end));
        _isAtEnd = read == 0;
        _end += read;
        return _end - read;
    }
}
