using PlantRuntime.Logging;

namespace PlantRuntime.Conformance.Host;

/// <summary>Log lines, and a way to wait for one instead of for the clock.</summary>
public sealed class LogLines : ILogTarget
{
    private readonly List<string> _lines = [];
    private readonly List<(Func<IReadOnlyList<string>, bool> Wanted, TaskCompletionSource Seen)> _waiters = [];

    private PlantLog? _log;

    /// <summary>Every line logged before this call.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            _log?.Flush();
            lock (_lines) return [.. _lines];
        }
    }

    /// <summary>A log that writes here, and to others; the caller disposes it.</summary>
    public PlantLog Open(TimeProvider time, LogLevel least, params IReadOnlyList<ILogTarget> others)
    {
        _log = new PlantLog(time, least, [this, .. others]);
        return _log;
    }

    /// <summary>Completes when so many lines hold all these words; fails with the whole log after a while.</summary>
    public async Task WhenAsync(string words, int count = 1)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lines)
            _waiters.Add((lines => lines.Count(l => words.Split(' ').All(w => l.Contains(w, StringComparison.Ordinal))) >= count, seen));
        Notify();
        try
        {
            await seen.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"no {count} lines with \"{words}\" in\n{string.Join('\n', All)}");
        }
    }

    public void Write(LogLevel level, string line)
    {
        lock (_lines) _lines.Add(line);
        Notify();
    }

    public void Flush()
    {
    }

    public void Dispose()
    {
    }

    private void Notify()
    {
        lock (_lines)
        {
            foreach (var waiter in _waiters.Where(w => w.Wanted(_lines)).ToList())
            {
                _waiters.Remove(waiter);
                waiter.Seen.TrySetResult();
            }
        }
    }
}
