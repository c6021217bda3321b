using PlantRuntime.Host.Time;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// A version of a recipe at work, on a thread of its own: whatever it does there slows nobody else. The thread ends when it is told to, or
/// when the recipe was stopped for running away.
/// </summary>
internal sealed class RecipeRunner
{
    private readonly Plan _plan;
    private readonly Guard _guard;
    private readonly ScanQueue _queue;
    private readonly TimeProvider _time;
    private readonly Action<RecipeRunner, Exception> _failed;
    private readonly CallClock _call;
    private readonly ITimer _timer;
    private readonly RecipeThread _thread;
    private QueuedScan? _inHand;
    private TaskCompletionSource<PlanState>? _asked;
    private long _armedFor = long.MaxValue;
    private int _hasFailed;
    private bool _hasRun;
    private bool _isFinishing;
    private bool _isHalted;

    /// <param name="name">The recipe's file.</param>
    /// <param name="loaded">The version.</param>
    /// <param name="queue">What it takes its scans from.</param>
    /// <param name="failed">Told once, by any thread, when it was stopped: no more of it will run.</param>
    /// <param name="time">The clock.</param>
    public RecipeRunner(string name, LoadedRecipe loaded, ScanQueue queue, Action<RecipeRunner, Exception> failed, TimeProvider time)
    {
        _plan = loaded.Plan;
        _guard = loaded.Guard;
        _queue = queue;
        _failed = failed;
        _time = time;
        _call = new CallClock(time);
        _timer = time.CreateTimer(static runner => ((RecipeRunner)runner!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new RecipeThread(name, _guard, Run, OnEnded);
    }

    /// <summary>Completes when the recipe's thread runs nothing of the recipe any more, on that thread: be brief there, and yield.</summary>
    public Task Ended => _thread.Ended;

    /// <summary>Why the recipe was stopped, or null.</summary>
    public string? Stopped => _guard.Reason;

    /// <summary>How long the recipe has been busy with one scan; zero when it is idle.</summary>
    public TimeSpan CallTime => _call.Elapsed;

    /// <summary>On the recipe's thread: whether what it runs is that a device did not answer.</summary>
    public bool IsOnFailedScan => _inHand is { Scan.Failure: not null };

    /// <summary>True when its calls have nested further than any recipe means to.</summary>
    public bool WasDeep => _thread.WasDeep;

    /// <summary>Returns when the thread runs.</summary>
    public void Start() => _thread.Start();

    /// <summary>Lets the thread end once it has run what is waiting.</summary>
    public void Finish() => End(ref _isFinishing);

    /// <summary>Lets the thread end before its next scan: what is waiting is for another version.</summary>
    public void Halt() => End(ref _isHalted);

    /// <summary>
    /// Stops the recipe at its next loop or call, or out of its wait, and says so when it has ended: then the place is known. What has not ended
    /// a second later is left behind.
    /// </summary>
    public void Stop(string reason)
    {
        if (_guard.Stop(reason)) _ = EndAsync();
    }

    /// <summary>The same because of its memory.</summary>
    public void StopGreedy(string reason)
    {
        if (_guard.StopGreedy(reason)) _ = EndAsync();
    }

    /// <summary>Asks for what the recipe remembers, to be had between two scans; cancelled when the thread ends before.</summary>
    /// <returns>Null when it has run nothing since it was asked last.</returns>
    public Task<PlanState>? AskState()
    {
        lock (_queue.Gate)
        {
            if (!_hasRun || _isHalted || _isFinishing) return null;
            _hasRun = false;
            _asked = new TaskCompletionSource<PlanState>(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.PulseAll(_queue.Gate);
            return _asked.Task;
        }
    }

    /// <summary>Looks again whether there is something to do: a full queue has room.</summary>
    public void Wake()
    {
        lock (_queue.Gate)
        {
            // Timers count whole milliseconds and may ring a little early: then the waiter arms it again.
            _armedFor = long.MaxValue;
            Monitor.PulseAll(_queue.Gate);
        }
    }

    private async Task EndAsync()
    {
        Halt();
        if (await _thread.EndsAsync(_time).ConfigureAwait(false) is { } left) Fail(new RecipeStoppedException($"{Stopped}, {left}"));
    }

    private void Run()
    {
        _plan.Start();
        while (Next(out _inHand))
        {
            _call.Start();
            _guard.Begin();
            if (_inHand is { } work) work.Inbox.Push(work.Scan, _guard);
            else if (_asked is { } asked) Answer(asked);
            else _plan.Tick();
            _guard.End();
            _call.End();
            if (_inHand is { Receipt: { } receipt }) _plan.WhenStored(receipt.Release);
        }
    }

    /// <summary>Who asks is answered, or cancelled when this fails: until then he is not forgotten.</summary>
    private void Answer(TaskCompletionSource<PlanState> asked)
    {
        var state = _plan.Save();
        Interlocked.CompareExchange(ref _asked, null, asked);
        asked.TrySetResult(state);
    }

    private void OnEnded(Exception? failure)
    {
        _call.End();
        _timer.Dispose();
        Halt();
        if (failure is not null) _inHand?.Receipt?.Release();
        if (failure is OutOfMemoryException) _guard.StopGreedy("it asked for more memory than the host may use");
        else if (failure is not null) _guard.Stop(VersionFaults.Words(failure));
        if (Stopped is { } reason) Fail(failure is RecipeStoppedException ? failure : new RecipeStoppedException(reason, failure));
    }

    /// <summary>Waits for a scan, or for something else to do: then there is none.</summary>
    /// <returns>False when the thread is to end.</returns>
    private bool Next(out QueuedScan? work)
    {
        work = null;
        lock (_queue.Gate)
        {
            while (!_isHalted)
            {
                if (_asked is not null) return true;
                if (_plan.IsBlocked && !_isFinishing)
                {
                    Monitor.Wait(_queue.Gate);
                    continue;
                }

                // In the order of time: what was read before an operator is due is run before it acts.
                var due = _plan.Due;
                var isDue = due <= _time.GetTimestamp();
                if (_queue.TryPeek(out var next) && (!isDue || next.Scan.Timestamp < due))
                {
                    work = _queue.Take();
                    _hasRun = true;
                    return true;
                }

                if (_isFinishing && _queue.Count == 0) return false;
                if (isDue) return _hasRun = true;
                Arm(due);
                Monitor.Wait(_queue.Gate);
            }

            return false;
        }
    }

    private void Arm(long due)
    {
        if (due == _armedFor) return;
        _armedFor = due;
        if (due == long.MaxValue) return;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, due - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
    }

    private void End(ref bool how)
    {
        lock (_queue.Gate)
        {
            how = true;
            if (_isHalted) Interlocked.Exchange(ref _asked, null)?.TrySetCanceled();
            Monitor.PulseAll(_queue.Gate);
        }
    }

    private void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _hasFailed, 1) == 0) _failed(this, exception);
    }
}
