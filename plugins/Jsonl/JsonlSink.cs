using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>Appends each batch with one write, and knows when to begin a new file.</summary>
internal sealed class JsonlSink : ISink
{
    private readonly string _path;
    private readonly bool _isSynced;
    private readonly PluginContext _context;
    private readonly Rotation _rotation;
    private readonly LineBuffer _lines = new();
    private LineFile? _file;
    private long? _cutTo;
    private bool _isDisposed;

    public JsonlSink(JsonlOptions options, PluginContext context)
    {
        _path = context.PathOf(options.Path);
        _isSynced = options.Fsync;
        _context = context;
        _rotation = new Rotation(_path, options);
    }

    private DateTime Now => _context.Time.GetUtcNow().UtcDateTime;

    public ValueTask ConnectAsync(CancellationToken cancel)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        cancel.ThrowIfCancellationRequested();
        Close();
        _file = Open();
        return ValueTask.CompletedTask;
    }

    public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel)
    {
        if (_file is null) throw new NotConnectedException($"{_path} is not open: connect first");
        cancel.ThrowIfCancellationRequested();
        if (batch.Count == 0) return ValueTask.CompletedTask;

        var lines = _lines.Write(batch);
        if (!_file.IsInPlace()) OpenAgain();
        if (_rotation.IsDue(_file, lines.Length, Now)) Rotate();
        _file.Append(lines, Now);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private LineFile Open()
    {
        var file = LineFile.Open(_path, _isSynced, Now, _cutTo, _context.Log.Warn);
        _cutTo = null;
        return file;
    }

    private void OpenAgain()
    {
        // Writing on would end in a file without a name, or on top of somebody else's lines.
        var what = File.Exists(_path) ? "changed" : "moved or deleted";
        _context.Log.Warn($"REOPENED file={_path} reason=\"it was {what} by someone else\"");
        Close();
        _file = Open();
    }

    private void Rotate()
    {
        var lastWrite = _file!.LastWrite;
        Close();
        _rotation.Rename(lastWrite, _context.Log.Warn);
        _file = Open();
    }

    private void Close()
    {
        if (_file is null) return;
        if (_file.HasRemains) _cutTo = _file.Length;
        _file.Dispose();
        _file = null;
    }
}
