using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Engine.RecipeHost.Run;

/// <summary>
/// Runs one version of a recipe on a thread of its own, so that a slow recipe delays neither devices nor other recipes. The thread waits
/// for scans, timers and requests, and ends after Finish or Halt, or when the guard stopped the recipe because it ran too long or used too
/// much memory. Created and controlled by the RecipeSlot; members may be called by any thread unless they say otherwise.
/// </summary>
internal sealed class RecipeRunner
{
    private readonly Plan _plan;
    private readonly ExecutionGuard _guard;
    private readonly ScanQueue _queue;
    private readonly TimeProvider _time;
    private readonly Action<RecipeRunner, Exception> _failed;
    private readonly CallClock _call;
    private readonly ITimer _timer;
    private readonly RecipeThread _thread;
    private QueuedScan? _current;
    private volatile QueuedAnswer? _answer;
    private TaskCompletionSource<PlanState>? _request;
    private long _armedFor = long.MaxValue;
    private int _hasFailed;
    private bool _hasRun;
    private volatile bool _mayBeDeeper = true;
    private bool _isFinishing;
    private bool _isHalted;

    /// <param name="name">The recipe's file.</param>
    /// <param name="loaded">The version.</param>
    /// <param name="queue">The queue that it dequeues scans from.</param>
    /// <param name="failed">Called once, on any thread, when the version was stopped.</param>
    /// <param name="time">The clock.</param>
    public RecipeRunner(string name, LoadedRecipe loaded, ScanQueue queue, Action<RecipeRunner, Exception> failed, TimeProvider time)
    {
        _plan = loaded.Plan;
        _guard = loaded.Guard;
        _queue = queue;
        _failed = failed;
        _time = time;
        _call = new CallClock(time);
        _timer = time.CreateTimer(static runner => ((RecipeRunner)runner!).Wake(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        _thread = new RecipeThread(name, _guard, Run, OnEnded);
    }

    /// <summary>
    /// Completes on the recipe's thread when that runs no more code of the recipe. A continuation runs there and must yield soon.
    /// </summary>
    public Task Ended => _thread.Ended;

    /// <summary>Why the recipe was stopped, or null.</summary>
    public string? Stopped => _guard.Reason;

    /// <summary>Time since the recipe began its current scan; zero when it is idle.</summary>
    public TimeSpan CallTime => _call.Elapsed;

    /// <summary>True when the current scan reports that a device did not answer. Read on the recipe's thread.</summary>
    public bool IsOnFailedScan => _current is { Scan.Failure: not null };

    /// <summary>
    /// Returns whether the thread has used more than 2 MiB of its stack, which only a runaway recursion does. The system is not asked again
    /// while the thread has run nothing since the last call.
    /// </summary>
    public bool WasDeep()
    {
        if (!_mayBeDeeper && CallTime == TimeSpan.Zero) return false;
        _mayBeDeeper = false;
        return _thread.WasDeep;
    }

    /// <summary>Starts the thread. Called once, after the plan was attached to the queue.</summary>
    public void Start() => _thread.Start();

    /// <summary>Makes the thread end after it has run the scans that wait. Does not wait.</summary>
    public void Finish() => End(ref _isFinishing);

    /// <summary>
    /// Makes the thread end before its next scan. The scans that wait stay in the queue for another version. Does not wait.
    /// </summary>
    public void Halt() => End(ref _isHalted);

    /// <summary>
    /// Stops the recipe at its next loop or call, or interrupts its wait. Reports the failure when the thread has ended, because the
    /// position is known then; a thread that has not ended a second later is abandoned.
    /// </summary>
    public void Stop(string reason)
    {
        if (_guard.Stop(reason)) _ = EndAsync();
    }

    /// <summary>Stops the recipe in the same way because of its memory.</summary>
    public void StopOverMemory(string reason)
    {
        if (_guard.StopOverMemory(reason)) _ = EndAsync();
    }

    /// <summary>Requests the recipe's state, which its thread saves between two scans. Cancelled when the thread ends before.</summary>
    /// <returns>Null when it has run nothing since the last request.</returns>
    public Task<PlanState>? RequestState()
    {
        lock (_queue.Gate)
        {
            if (!_hasRun || _isHalted || _isFinishing) return null;
            _hasRun = false;
            _request = new TaskCompletionSource<PlanState>(TaskCreationOptions.RunContinuationsAsynchronously);
            Monitor.PulseAll(_queue.Gate);
            return _request.Task;
        }
    }

    /// <summary>Makes the thread check again for work, for instance when a full disk queue has room again or a timer is due.</summary>
    public void Wake()
    {
        lock (_queue.Gate)
        {
            // Timers count whole milliseconds and may fire a little early; the thread then arms the timer again.
            _armedFor = long.MaxValue;
            Monitor.PulseAll(_queue.Gate);
        }
    }

    private async Task EndAsync()
    {
        Halt();
        if (await _thread.EndsAsync(_time).ConfigureAwait(false) is not { } abandoned) return;
        _answer?.Drop();
        Fail(new RecipeStoppedException($"{Stopped}, {abandoned}"));
    }

    private void Run()
    {
        _plan.Start();
        while (Next(out _current))
        {
            _call.Start();
            _guard.Begin();
            if (_current is { } work) work.Subscription.Push(work.Scan, _guard);
            else if (_answer is { } answer) Push(answer);
            else if (_request is { } request) Answer(request);
            else _plan.Tick();
            _guard.End();
            _mayBeDeeper = true;
            _call.End();
            if (_current is { Ack: { } ack }) _plan.WhenStored(ack.Release);
            if (_answer is { } done) _plan.WhenStored(done.Complete);
            _answer = null;
        }
    }

    private void Push(QueuedAnswer answer)
    {
        if (_plan.TryPush(answer.Question, answer.Answer)) return;
        answer.Drop();
        _answer = null;
    }

    /// <summary>Answers a request for the state. The request stays pending until then, so that it is cancelled when this fails.</summary>
    private void Answer(TaskCompletionSource<PlanState> request)
    {
        var state = _plan.Save();
        Interlocked.CompareExchange(ref _request, null, request);
        request.TrySetResult(state);
    }

    private void OnEnded(Exception? failure)
    {
        _call.End();
        _timer.Dispose();
        Halt();
        if (failure is not null) _current?.Ack?.Release();
        if (failure is not null) _answer?.Drop();
        if (failure is OutOfMemoryException) _guard.StopOverMemory("it asked for more memory than the host may use");
        else if (failure is not null) _guard.Stop(FaultQuota.Describe(failure));
        if (Stopped is { } reason) Fail(failure is RecipeStoppedException ? failure : new RecipeStoppedException(reason, failure));
    }

    /// <summary>
    /// Waits for an answer, a scan or other work; <paramref name="work"/> is null unless it is a scan. Answers come first, because the sink
    /// waits for them.
    /// </summary>
    /// <returns>False when the thread has to end.</returns>
    private bool Next(out QueuedScan? work)
    {
        work = null;
        lock (_queue.Gate)
        {
            while (!_isHalted)
            {
                if (_request is not null) return true;
                if (_queue.HasAnswers && (_isFinishing || !_plan.IsBlockedForAnswers))
                {
                    _answer = _queue.DequeueAnswer();
                    return _hasRun = true;
                }

                if (_plan.IsBlocked && !_isFinishing)
                {
                    Monitor.Wait(_queue.Gate);
                    continue;
                }

                // Scans that were read before an operator is due run before the operator.
                var due = _plan.Due;
                var isDue = due <= _time.GetTimestamp();
                if (_queue.TryPeek(out var next) && (!isDue || next.Scan.Timestamp < due))
                {
                    work = _queue.Dequeue();
                    _hasRun = true;
                    return true;
                }

                if (_isFinishing && _queue.IsEmpty) return false;
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
        var milliseconds = Math.Ceiling(Math.Max(0, due - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency);
        _timer.Change(TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan);
    }

    private void End(ref bool flag)
    {
        lock (_queue.Gate)
        {
            flag = true;
            if (_isHalted) Interlocked.Exchange(ref _request, null)?.TrySetCanceled();
            Monitor.PulseAll(_queue.Gate);
        }
    }

    private void Fail(Exception exception)
    {
        if (Interlocked.Exchange(ref _hasFailed, 1) == 0) _failed(this, exception);
    }
}
