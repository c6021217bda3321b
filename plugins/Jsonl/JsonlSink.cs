using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Jsonl;

/// <summary>
/// Appends each batch with one write, and begins a new file when <see cref="Rotation"/> requires it. The host makes one call at a time;
/// each blocks until the file is written. Never retries.
/// </summary>
internal sealed class JsonlSink : IDiagnosableSink
{
    // A step of the wall clock begins no new file until the clock has gone on for this time without another.
    private static readonly TimeSpan s_settle = TimeSpan.FromMinutes(10);

    // A start counts at once if the file was written at most this long before.
    private static readonly TimeSpan s_longestStop = TimeSpan.FromDays(31);

    private readonly string _path;
    private readonly bool _isSynced;
    private readonly PluginContext _context;
    private readonly Rotation _rotation;
    private readonly LineEncoder _lines = new();
    private readonly SettledClock _clock;
    private LineFile? _file;
    private long? _truncateTo;
    private bool _isDisposed;

    public JsonlSink(JsonlOptions options, PluginContext context)
    {
        _path = context.WritablePathOf(options.Path);
        _isSynced = options.Fsync;
        _context = context;
        _rotation = new Rotation(_path, options, context.TimeZone);
        _clock = new SettledClock(context.Time, s_settle);
    }

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
        if (!_file.IsInPlace()) Reopen();
        var now = ReadClock();
        if (_rotation.IsDue(_file, lines.Length, _clock.UtcNow)) Rotate();
        _file.Append(lines, now);
        return ValueTask.CompletedTask;
    }

    /// <summary>Null: the receiver is a file.</summary>
    public string? Endpoint => null;

    public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await Task.CompletedTask.ConfigureAwait(false);
        var file = FolderAccess.CheckFile(_path);
        yield return new DiagnosisStep("file", file.IsGood, file.Found, file.Remedies);
        cancel.ThrowIfCancellationRequested();
        var space = FolderAccess.CheckSpace(_path);
        yield return new DiagnosisStep("disk", space.IsGood, space.Found, space.Remedies);
    }

    public ValueTask DisposeAsync()
    {
        _isDisposed = true;
        Close();
        return ValueTask.CompletedTask;
    }

    private LineFile Open()
    {
        var file = LineFile.Open(_path, _context.SiteFolder, _isSynced, ReadClock(), _truncateTo, _context.Log.Warn);
        _truncateTo = null;
        var stop = _clock.WallNow - file.LastWrite;
        if (_clock.UtcNow is null && stop >= TimeSpan.FromHours(-1) && stop <= s_longestStop) _clock.Accept();
        return file;
    }

    // The wall clock, continued by the monotonic clock while a step of it has not settled.
    private DateTime ReadClock()
    {
        _clock.Read();
        return _clock.UtcNow ?? _context.Time.GetUtcNow().UtcDateTime;
    }

    private void Reopen()
    {
        // The open file may have no name any more, or another program has appended lines that a write would overwrite.
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
        if (_file.HasPartialBatch) _truncateTo = _file.Length;
        _file.Dispose();
        _file = null;
    }
}
