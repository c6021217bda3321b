namespace PlantRuntime.Logging;

/// <summary>
/// Keeps the last <paramref name="count"/> log lines in memory, for the live table. The log thread writes; any thread reads
/// <see cref="Lines"/>; locks internally.
/// </summary>
public sealed class RecentLines(int count) : ILogTarget
{
    private readonly Queue<(LogLevel Level, string Line)> _lines = new();

    /// <summary>A copy of the lines, oldest first.</summary>
    public (LogLevel Level, string Line)[] Lines
    {
        get
        {
            lock (_lines) return [.. _lines];
        }
    }

    public void Write(LogLevel level, string line)
    {
        lock (_lines)
        {
            _lines.Enqueue((level, line));
            if (_lines.Count > count) _lines.Dequeue();
        }
    }

    public void Flush()
    {
    }

    public void Dispose()
    {
    }
}
