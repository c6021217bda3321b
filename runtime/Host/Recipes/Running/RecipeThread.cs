namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// A thread for recipe code, so that what does not come back can be left behind. It can be woken from a wait of .NET's own (sleep, lock,
/// join, an unfinished task), but not from one of the system's.
/// </summary>
/// <param name="name">Name of the thread.</param>
/// <param name="code">What it runs.</param>
/// <param name="ended">Told on the same thread how that ended, and no longer woken; null when it came to its end.</param>
internal sealed class RecipeThread(string name, Action code, Action<Exception?> ended)
{
    private const int Wakes = 4;
    private static readonly TimeSpan s_wakeEvery = TimeSpan.FromMilliseconds(250);
    private static int s_leftBehind;
    private readonly object _gate = new();

    // Its continuation runs on the ending thread: a version that takes over does not wait for yet another one to wake up.
    private readonly TaskCompletionSource _ended = new();
    private Thread? _thread;
    private bool _isOver;

    /// <summary>Threads that have been left behind since the process started.</summary>
    public static int LeftBehind => s_leftBehind;

    /// <summary>Completes when the thread runs nothing of the recipe any more, on that thread: be brief there, and yield.</summary>
    public Task Ended => _ended.Task;

    public void Start()
    {
        _thread = new Thread(Run, maxStackSize: 1 << 20) { IsBackground = true, Name = name };
        _thread.Start();
    }

    /// <summary>
    /// Waits a second for the thread to end. A wait that its code is in, or comes to, ends with a <see cref="ThreadInterruptedException"/>.
    /// </summary>
    /// <returns>False when it does not: it is left behind.</returns>
    public async Task<bool> EndsAsync(TimeProvider time)
    {
        for (var i = 0; i < Wakes && !Ended.IsCompleted; i++)
        {
            Wake();
            await Task.WhenAny(Ended, Task.Delay(s_wakeEvery, time)).ConfigureAwait(false);
        }

        if (Ended.IsCompleted) return true;
        Interlocked.Increment(ref s_leftBehind);
        return false;
    }

    private void Wake()
    {
        lock (_gate)
        {
            if (!_isOver) _thread?.Interrupt();
        }
    }

    private void Run()
    {
        Exception? failure = null;
        try
        {
            code();
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        while (!IsOver())
        {
        }

        ended(failure);
        _ended.SetResult();
    }

    /// <summary>A wake may have come just before: it is spent here, and none comes after.</summary>
    private bool IsOver()
    {
        try
        {
            lock (_gate) _isOver = true;
            Thread.CurrentThread.Join(0);
            return true;
        }
        catch (ThreadInterruptedException)
        {
            return false;
        }
    }
}
