namespace PlantRuntime.Host.Status;

/// <summary>The last few log lines, for the live table to show.</summary>
internal sealed class RecentLines(int count) : ILogTarget
{
    private readonly Queue<(LogLevel Level, string Line)> _lines = new();

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
