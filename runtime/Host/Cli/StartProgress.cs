namespace PlantRuntime.Host.Cli;

/// <summary>
/// Shows on a terminal, in one line that is updated four times a second, what <c>plant run</c> is doing while it starts: the live table
/// takes its place. Shows nothing elsewhere, where the log lines STARTING and RECIPES tell the same. Owned by <see cref="RunCommand"/>; any
/// thread.
/// </summary>
internal sealed class StartProgress : IAsyncDisposable
{
    private static readonly TimeSpan s_refresh = TimeSpan.FromMilliseconds(250);

    // The console takes this lock for each write and for its size: a lock of our own would be taken in the other order by a thread that
    // writes a line, and calls Erase.
    private readonly object _gate = Console.Out;
    private readonly TextWriter? _output;
    private readonly Func<int> _width;
    private readonly TimeProvider _time;
    private readonly long _started;
    private readonly CancellationTokenSource _end = new();
    private readonly Task _loop;
    private Func<string>? _text;
    private int _length;

    /// <param name="terminal">The terminal, whose other lines are written above the progress; null elsewhere.</param>
    /// <param name="width">Returns its width in characters.</param>
    /// <param name="time">The clock.</param>
    public StartProgress(HideableOutput? terminal, Func<int> width, TimeProvider time)
    {
        (_output, _width, _time, _started) = (terminal?.Output, width, time, time.GetTimestamp());
        if (terminal is not null) terminal.BeforeWrite = Erase;
        _loop = terminal is not null ? Task.Run(RefreshAsync) : Task.CompletedTask;
    }

    /// <summary>Shows a step from now on; its text is asked for at once and at each refresh.</summary>
    public void Show(Func<string> text)
    {
        lock (_gate) _text = text;
        Draw();
    }

    /// <summary>Removes the line until the next step, so that other text can be written.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _text = null;
            Write("");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Clear();
        _end.Dispose();
    }

    /// <summary>Removes the line until the next refresh.</summary>
    private void Erase()
    {
        lock (_gate) Write("");
    }

    private async Task RefreshAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            Draw();
            await Task.Delay(s_refresh, _time, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Draw()
    {
        if (_output is null) return;
        lock (_gate)
        {
            if (_text is null) return;
            var width = Math.Max(0, _width() - 1);
            var line = $"{_text()} ({_time.GetElapsedTime(_started).TotalSeconds:0} s)";
            Write(line.Length > width ? line[..width] : line);
        }
    }

    /// <summary>Replaces the line. A terminal that is closed shows nothing.</summary>
    private void Write(string line)
    {
        if (_output is null || (line.Length == 0 && _length == 0)) return;
        try
        {
            _output.Write($"\r{line.PadRight(_length)}\r{line}");
            _output.Flush();
            _length = line.Length;
        }
        catch (IOException)
        {
            // The start goes on without a terminal.
        }
    }
}
