namespace PlantRuntime.Logging;

/// <summary>
/// Keeps the last <paramref name="count"/> log lines in memory, for the API. The log thread writes; any thread reads;
/// locks internally.
/// </summary>
public sealed class RecentLines(int count) : ILogTarget
{
    private readonly Queue<(LogLevel Level, string Line)> _lines = new();
    private long _last;

    /// <summary>The number of the last line; lines are numbered from 1. 0 before the first one.</summary>
    public long Last => Interlocked.Read(ref _last);

    /// <summary>Returns the kept lines whose numbers are greater than <paramref name="number"/>, oldest first.</summary>
    public (long Number, LogLevel Level, string Line)[] After(long number)
    {
        lock (_lines)
        {
            var first = _last - _lines.Count + 1;
            return [.. _lines.Select((l, i) => (Number: first + i, l.Level, l.Line)).Where(l => l.Number > number)];
        }
    }

    public void Write(LogLevel level, string line)
    {
        lock (_lines)
        {
            _lines.Enqueue((level, line));
            if (_lines.Count > count) _lines.Dequeue();
            Interlocked.Increment(ref _last);
        }
    }

    public void Flush()
    {
    }

    public void Dispose()
    {
    }
}
