using System.Collections.Concurrent;
using System.Globalization;

namespace PlantRuntime.Host.Status;

/// <summary>
/// One line an event: time, level, a word to grep for, key=value pairs. Writing never waits for a console or a disk: lines go through a
/// bounded queue to one thread, and what does not fit is counted and said.
/// </summary>
internal sealed class PlantLog : IDisposable
{
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<ILogTarget> _targets;
    private readonly BlockingCollection<(LogLevel Level, string Line)> _queue = new(boundedCapacity: 10_000);
    private readonly Thread _writer;
    private long _lost;

    public PlantLog(TimeProvider time, LogLevel least, params IReadOnlyList<ILogTarget> targets)
    {
        _time = time;
        Level = least;
        _targets = targets;
        _writer = new Thread(WriteAll) { IsBackground = true, Name = "log" };
        _writer.Start();
    }

    /// <summary>The least level that is written.</summary>
    public LogLevel Level { get; set; }

    public bool IsDebug => Level == LogLevel.Debug;

    public void Debug(string message) => Write(LogLevel.Debug, message);

    public void Info(string message) => Write(LogLevel.Info, message);

    public void Warn(string message) => Write(LogLevel.Warn, message);

    public void Error(string message) => Write(LogLevel.Error, message);

    public void Write(LogLevel level, string message)
    {
        if (level < Level || _queue.IsAddingCompleted) return;
        var time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var word = level switch { LogLevel.Debug => "DEBUG", LogLevel.Info => "INFO ", LogLevel.Warn => "WARN ", _ => "ERROR" };

        // One event is one line, whatever a device or an exception put into it.
        var line = $"{time} {word} {message.ReplaceLineEndings(" ")}";
        if (!_queue.TryAdd((level, line))) Interlocked.Increment(ref _lost);
    }

    /// <summary>Writes what is waiting, then closes the targets.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted) return;
        _queue.CompleteAdding();
        _writer.Join(TimeSpan.FromSeconds(2));
        foreach (var target in _targets) target.Dispose();
    }

    private void WriteAll()
    {
        foreach (var (level, line) in _queue.GetConsumingEnumerable())
        {
            Send(level, line);
            if (Interlocked.Exchange(ref _lost, 0) is var lost and > 0)
                Send(LogLevel.Warn, $"{line[..24]} WARN  LOG lost={lost} lines came faster than they could be written");
            if (_queue.Count > 0) continue;
            foreach (var target in _targets) Try(target.Flush);
        }
    }

    private void Send(LogLevel level, string line)
    {
        foreach (var target in _targets) Try(() => target.Write(level, line));
    }

    private static void Try(Action write)
    {
        try
        {
            write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // A full disk or a closed terminal must not stop a plant; the other target still speaks.
        }
    }
}
