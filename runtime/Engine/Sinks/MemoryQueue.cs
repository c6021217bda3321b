using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Queue;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Engine.Sinks;

/// <summary>
/// Queues records in memory for a sink with <c>delivery = "direct"</c>, meant for files and screens on the same machine. A record is
/// dropped and counted when 32 MiB wait that are not in a batch yet. Owned by one <see cref="SinkSupervisor"/> and used by its sessions one
/// after the other, so that a new session continues with unfinished batches. Recipes add on their threads; the session takes batches, one
/// <see cref="NextAsync"/> at a time. Locks internally; writes nothing to disk.
/// </summary>
internal sealed class MemoryQueue : IBatchSource, IDisposable
{
    /// <summary>Most bytes that wait outside batches: 32 MiB, so that a sink that is down does not fill the memory of a gateway.</summary>
    public const long MaxBytes = 32 << 20;

    // A batch is handed out at 500 records, or 100 ms after its first record was seen.
    private const int FullRecords = 500;
    private static readonly TimeSpan s_wait = TimeSpan.FromMilliseconds(100);
    private readonly string _sink;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Alarm _alarm;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Guid _id = Guid.NewGuid();
    private readonly Dictionary<string, RouteCounters> _accounts = new(StringComparer.Ordinal);
    private readonly LinkedList<SinkBatch> _unfinished = new();
    private readonly CommitCallbacks _callbacks = new();
    private RecordBatch _filling = new();
    private List<string> _recipes = [];
    private long _number;
    private long _added;
    private LinkedListNode<SinkBatch>? _old;
    private bool _isFinishing;
    private bool _isClosed;

    public MemoryQueue(string sink, TimeProvider time)
    {
        _sink = sink;
        _time = time;
        _alarm = new Alarm(time);
    }

    /// <summary>Copies of the counters of its records since the host started, by route.</summary>
    public IReadOnlyList<RouteCounters> Accounts
    {
        get
        {
            lock (_gate) return [.. _accounts.Values.Select(a => a.Copy())];
        }
    }

    /// <summary>Adds one record, as samples or as JSON. Copies both; never blocks.</summary>
    /// <returns>False if the record does not fit.</returns>
    public bool Add(string recipe, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        int count;
        lock (_gate)
        {
            var account = AccountOf(recipe);
            account.Produced++;
            if (_filling.ByteCount >= MaxBytes)
            {
                account.Dropped++;
                return false;
            }

            if (json.IsEmpty) _filling.Add(time, device, samples);
            else _filling.Add(time, device, json);
            _recipes.Add(recipe);
            _added++;
            count = _filling.Count;
        }

        if (count == 1) _wake.Release();
        if (count == FullRecords) _alarm.Wake();
        return true;
    }

    /// <summary>
    /// Calls <paramref name="done"/> once all records added before are stored or rejected, on the thread that completes the last of them.
    /// </summary>
    public void WhenStored(Action done)
    {
        long added;
        lock (_gate) added = _added;
        _callbacks.Add(added, done);
    }

    /// <summary>
    /// Prepares the queue for a new session, which first receives the batches that the last one did not finish, in their order.
    /// </summary>
    public MemoryQueue Reopen()
    {
        lock (_gate) (_isFinishing, _isClosed, _old) = (false, false, _unfinished.First);
        return this;
    }

    public async ValueTask<SinkBatch?> NextAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isClosed) return null;
                if (_old is { } old)
                {
                    _old = old.Next;
                    return old.Value;
                }

                if (_filling.Count > 0 && (_isFinishing || _filling.Count >= FullRecords)) return DequeueBatch();
                if (_filling.Count == 0 && _isFinishing) return null;
            }

            if (_filling.Count == 0) await _wake.WaitAsync().ConfigureAwait(false);
            else if (await WaitForMoreAsync().ConfigureAwait(false) is { } batch) return batch;
        }
    }

    public ValueTask RejectAsync(SinkBatch batch, IReadOnlyList<RejectedRecord> refused)
    {
        lock (_gate)
        {
            foreach (var refusal in refused) AccountOf(batch.Recipes[refusal.Index]).DeadLettered++;
        }

        batch.Rejected.UnionWith(refused.Select(r => r.Index));
        return default;
    }

    public ValueTask AdvanceAsync(SinkBatch batch, int end)
    {
        var before = batch.Done;
        lock (_gate)
        {
            foreach (var (recipe, count) in batch.Delivered(end)) AccountOf(recipe).Delivered += count;
            batch.Done = end;
            if (end == batch.Batch.Count) _unfinished.Remove(batch);
        }

        _callbacks.Committed(end - before);
        return default;
    }

    public void Finish()
    {
        lock (_gate) _isFinishing = true;
        WakeUp();
    }

    public void Close()
    {
        lock (_gate) _isClosed = true;
        WakeUp();
    }

    public void Dispose()
    {
        _alarm.Dispose();
        _wake.Dispose();
    }

    private async ValueTask<SinkBatch?> WaitForMoreAsync()
    {
        await _alarm.WaitUntilAsync(_time.GetTimestamp() + _time.Ticks(s_wait)).ConfigureAwait(false);
        lock (_gate) return _isClosed || _filling.Count == 0 ? null : DequeueBatch();
    }

    private void WakeUp()
    {
        _wake.Release();
        _alarm.Wake();
    }

    private SinkBatch DequeueBatch()
    {
        (_filling.Queue, _number) = (_id, _number + 1);
        var batch = new SinkBatch(_filling, _recipes, []);
        (_filling, _recipes) = (new RecordBatch { Number = _number + 1 }, []);
        _unfinished.AddLast(batch);
        return batch;
    }

    private RouteCounters AccountOf(string recipe)
    {
        if (!_accounts.TryGetValue(recipe, out var account)) _accounts.Add(recipe, account = new RouteCounters(recipe, _sink));
        return account;
    }
}
