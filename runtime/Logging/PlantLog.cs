using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace PlantRuntime.Logging;

/// <summary>
/// Writes one line per event: UTC time, level, event word, <c>key=value</c> pairs. Any thread may call it; it never waits for a console or
/// a disk and never throws: lines go through a queue of 10,000 to the thread "log", which owns the targets; lines that do not fit are
/// counted and reported. Created and disposed once per command.
/// </summary>
public sealed class PlantLog : IDisposable
{
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<ILogTarget> _targets;
    private readonly BlockingCollection<(LogLevel Level, string Line, Action? Work)> _queue = new(boundedCapacity: 10_000);
    private readonly Thread _writer;
    private long _lost;
    private volatile string? _failure;

    // False while lines do not reach the file; used on the log thread.
    private bool _isWritten = true;

    /// <summary>Starts the log thread. The log disposes the targets.</summary>
    public PlantLog(TimeProvider time, LogLevel least, params IReadOnlyList<ILogTarget> targets)
    {
        _time = time;
        Level = least;
        _targets = targets;
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    /// <summary>The lowest level that is written; may be changed at any time.</summary>
    public LogLevel Level { get; set; }

    /// <summary>True if debug lines are written.</summary>
    public bool IsDebug => IsEnabled(LogLevel.Debug);

    /// <summary>True if lines of this level are written.</summary>
    public bool IsEnabled(LogLevel level) => level >= Level && !_queue.IsAddingCompleted;

    /// <summary>Why the log file cannot be written; null if it can, or if no line was written yet. Any thread.</summary>
    public string? Failure => _failure;

    /// <summary>Writes a line of level debug; its values are not evaluated if the level is off.</summary>
    public void Debug([InterpolatedStringHandlerArgument("")] LogLine<DebugLevel> line) => Enqueue(LogLevel.Debug, line.TryComplete());

    /// <summary>Writes a line of level info.</summary>
    public void Info([InterpolatedStringHandlerArgument("")] LogLine<InfoLevel> line) => Enqueue(LogLevel.Info, line.TryComplete());

    /// <summary>Writes a line of level warning.</summary>
    public void Warn([InterpolatedStringHandlerArgument("")] LogLine<WarnLevel> line) => Enqueue(LogLevel.Warn, line.TryComplete());

    /// <summary>Writes a line of level error.</summary>
    public void Error([InterpolatedStringHandlerArgument("")] LogLine<ErrorLevel> line) => Enqueue(LogLevel.Error, line.TryComplete());

    /// <summary>Writes a line of a level that is known only at run time.</summary>
    public void Write(LogLevel level, [InterpolatedStringHandlerArgument("", nameof(level))] LogLine<ErrorLevel> line) =>
        Enqueue(level, line.TryComplete());

    /// <summary>Writes a line without values. Text that is not a constant goes through an interpolated string, which escapes it.</summary>
    public void Info([ConstantExpected] string line) => Enqueue(LogLevel.Info, line);

    /// <inheritdoc cref="Info(string)"/>
    public void Warn([ConstantExpected] string line) => Enqueue(LogLevel.Warn, line);

    /// <inheritdoc cref="Info(string)"/>
    public void Error([ConstantExpected] string line) => Enqueue(LogLevel.Error, line);

    /// <summary>Waits until the lines logged so far are with the targets, for at most 2 s.</summary>
    public void Flush()
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (TryPost(written.SetResult, TimeSpan.FromSeconds(2))) written.Task.Wait(TimeSpan.FromSeconds(2));
    }

    /// <summary>
    /// Closes the files of the targets behind the lines logged so far; the next line opens them again, for a program such as logrotate that
    /// has moved them. Does not wait.
    /// </summary>
    public void Reopen() => TryPost(
        () =>
        {
            foreach (var target in _targets) Try(target, target.Reopen);
        },
        TimeSpan.Zero);

    /// <summary>Writes the waiting lines, for at most 2 s, then disposes the targets. Later lines are ignored.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted) return;
        _queue.CompleteAdding();
        _writer.Join(TimeSpan.FromSeconds(2));
        foreach (var target in _targets) target.Dispose();
    }

    /// <summary>
    /// Makes the log thread do something behind the lines logged so far, with all of them flushed. Returns false if the log is closed, or
    /// full for the whole timeout.
    /// </summary>
    private bool TryPost(Action work, TimeSpan timeout)
    {
        try
        {
            return _queue.TryAdd((LogLevel.Debug, "", work), timeout);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private void Enqueue(LogLevel level, string? text)
    {
        if (text is null || !IsEnabled(level)) return;
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var word = level switch { LogLevel.Debug => "DEBUG", LogLevel.Info => "INFO ", LogLevel.Warn => "WARN ", _ => "ERROR" };
        try
        {
            if (!_queue.TryAdd((level, $"{time} {word} {text}", null))) Interlocked.Increment(ref _lost);
        }
        catch (InvalidOperationException)
        {
            // The log was closed at this moment.
        }
    }

    private void WriteAll()
    {
        foreach (var (level, line, work) in _queue.GetConsumingEnumerable())
        {
            if (work is not null)
            {
                FlushTargets();
                work();
                continue;
            }

            Send(level, line);
            if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
                Send(LogLevel.Warn, $"{line[..24]} WARN  LOG lost={lost} reason=\"lines came faster than they could be written\"");
            if (_queue.Count > 0) continue;
            FlushTargets();
        }
    }

    private void FlushTargets()
    {
        foreach (var target in _targets)
        {
            if (!Try(target, target.Flush) || target.FilePath is not { } file || _failure is null || !_isWritten) continue;
            _failure = null;
            this.Info($"LOG file={file} state=OK");
        }
    }

    private void Send(LogLevel level, string line)
    {
        foreach (var target in _targets)
        {
            var isWritten = Try(target, () => target.Write(level, line));
            if (target.FilePath is not null) _isWritten = isWritten;
        }
    }

    /// <summary>Returns false if the target failed, which is reported once if it writes a file.</summary>
    private bool Try(ILogTarget target, Action write)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception exception)
        {
            // A full disk or a closed terminal must not stop the plant; the other targets, and later lines, are still written.
            if (target.FilePath is not { } file) return false;
            var isNew = _failure is null;
            _failure = $"the log file {file} cannot be written: {exception.Message}";
            if (isNew)
            {
                this.Error($"LOG file={file} state=Failed reason={exception.Message} "
                    + $"next=\"it is tried at each line: correct [log] file or PLANT_LOG_FILE, rights or disk; the plant runs on\"");
            }

            return false;
        }
    }
}
