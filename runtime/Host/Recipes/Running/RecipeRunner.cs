using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Host.Recipes.Running;

/// <summary>
/// A recipe at work, on a thread of its own: whatever it does there slows nobody else. The thread ends when it is told to finish and
/// nothing is left, or when the recipe was stopped for running away.
/// </summary>
internal sealed class RecipeRunner
{
    private readonly Plan _plan;
    private readonly Guard _guard;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly object _gate = new();
    private readonly Queue<(ScanInbox Inbox, Scan Scan, Receipt? Receipt)> _queue = new();
    private readonly Dictionary<string, ScanInbox> _inboxes = new(StringComparer.Ordinal);
    private readonly ITimer _timer;
    private readonly RecipeThread _thread;
    private readonly string _siteFolder;
    private long _armedFor = long.MaxValue;
    private readonly CallClock _call;
    private bool _isFinishing;
    private bool _isLeftBehind;

    public RecipeRunner(string name, Plan plan, Guard guard, int queueCapacity, string siteFolder, TimeProvider time, PlantLog log)
    {
        _siteFolder = siteFolder;
        Name = name;
        _plan = plan;
        _guard = guard;
        _time = time;
        _call = new CallClock(time);
        _log = log;
        foreach (var (device, source) in plan.Sources) _inboxes.Add(device, new ScanInbox(this, source, queueCapacity));
        BlockInboxes = [.. plan.Decodings.Select(d => (d, new ScanInbox(this, d.Source, queueCapacity)))];
        _timer = time.CreateTimer(static runner => ((RecipeRunner)runner!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _thread = new RecipeThread($"recipe {name}", Run, OnEnded);
    }

    public string Name { get; }

    public Plan Plan => _plan;

    /// <summary>By device: what the device is to be told to listen.</summary>
    public IReadOnlyDictionary<string, ScanInbox> Inboxes => _inboxes;

    /// <summary>By block that is read for this recipe alone.</summary>
    public IReadOnlyList<(Decoding Decoding, ScanInbox Inbox)> BlockInboxes { get; }

    /// <summary>Completes when the recipe's thread has ended.</summary>
    public Task Ended => _thread.Ended;

    /// <summary>Why the recipe was stopped, or null.</summary>
    public string? Stopped => _guard.Reason;

    /// <summary>True when it was stopped for its memory and has ended: to let go of it is to get that back.</summary>
    public bool IsHoard => _guard.IsGreedy && Ended.IsCompleted;

    /// <summary>Bytes that the recipe has allocated since it started.</summary>
    public long Allocated => _guard.Allocated;

    /// <summary>How long the recipe has been busy with one scan; zero when it is idle.</summary>
    public TimeSpan CallTime => _call.Elapsed;

    public void Start() => _thread.Start();

    /// <summary>Lets the thread end once it has run what is waiting.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            _isFinishing = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>
    /// Stops the recipe at its next loop or call, or out of its wait, and names it with the place when it has ended; otherwise a second later
    /// as left behind.
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

    private async Task EndAsync()
    {
        Finish();
        if (await _thread.EndsAsync(_time).ConfigureAwait(false)) return;
        _isLeftBehind = true;
        LogStopped("", $"it blocks its thread, which is left behind until the host is restarted, as {RecipeThread.LeftBehind} by now; all else runs on");
    }

    internal void Post(ScanInbox inbox, Scan scan, Receipt? receipt)
    {
        lock (_gate)
        {
            _queue.Enqueue((inbox, scan, receipt));
            if (_queue.Count == 1) Monitor.PulseAll(_gate);
        }
    }

    private void LogStopped(string at, string next) => _log.Error($"STOPPED recipe={Name} reason=\"{Stopped}\"{at} next=\"{next}\"");

    /// <summary>Looks again whether there is something to do: a full queue has room.</summary>
    public void Wake()
    {
        lock (_gate)
        {
            // Timers count whole milliseconds and may ring a little early: then the waiter arms it again.
            _armedFor = long.MaxValue;
            Monitor.PulseAll(_gate);
        }
    }

    private void Run()
    {
        _plan.Start();
        while (Next(out var work))
        {
            _call.Start();
            _guard.Begin();
            if (work.Inbox is { } inbox) inbox.Push(work.Scan!);
            else _plan.Tick();
            _guard.End();
            _call.End();
            if (work.Receipt is { } receipt) _plan.WhenStored(receipt.Release);
        }
    }

    private void OnEnded(Exception? failure)
    {
        _call.End();
        _timer.Dispose();
        ReleaseAll();
        if (failure is OutOfMemoryException) _guard.StopGreedy("it asked for more memory than the host may use");
        else if (failure is not null) _guard.Stop($"{failure.GetType().Name}: {failure.Message}");
        if (Stopped is null) return;
        var at = failure is null ? default : RecipePosition.Of(failure, _siteFolder, word: null);
        if (_isLeftBehind) _log.Info($"STOPPED recipe={Name} its thread has ended after all");
        else LogStopped(at.Line > 0 ? $" at={at}" : "", "edit the recipe; all else runs on");
    }

    /// <summary>A recipe that was stopped holds nobody up: what it did not take is gone for it alone.</summary>
    private void ReleaseAll()
    {
        lock (_gate)
        {
            _isFinishing = true;
            while (_queue.TryDequeue(out var work)) work.Receipt?.Release();
        }
    }

    /// <summary>Waits for a scan, or for an operator that is due: then there is no inbox.</summary>
    /// <returns>False when the recipe is to end.</returns>
    private bool Next(out (ScanInbox? Inbox, Scan? Scan, Receipt? Receipt) work)
    {
        lock (_gate)
        {
            while (true)
            {
                work = default;
                if (_plan.IsBlocked && !_isFinishing)
                {
                    Monitor.Wait(_gate);
                    continue;
                }

                var due = _plan.Due;
                if (due <= _time.GetTimestamp()) return !_isFinishing || _queue.Count > 0;
                if (_queue.TryDequeue(out var next))
                {
                    work = next;
                    return true;
                }

                if (_isFinishing) return false;
                Arm(due);
                Monitor.Wait(_gate);
            }
        }
    }

    private void Arm(long due)
    {
        if (due == _armedFor) return;
        _armedFor = due;
        if (due == long.MaxValue) return;
        _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(Math.Max(0, due - _time.GetTimestamp()) * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
    }
}
