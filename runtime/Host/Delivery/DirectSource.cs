using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// Records of a sink with <c>delivery = "direct"</c>: in memory only, for files and screens beside the host that are there whenever it is.
/// Bounded: what does not fit is dropped and counted. Outlives sessions.
/// </summary>
internal sealed class DirectSource : IPortionSource, IDisposable
{
    public const long MaxBytes = 32 << 20;
    private const int FullRecords = 500;
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(100);
    private readonly string _sink;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Alarm _alarm;
    private readonly SemaphoreSlim _wake = new(0);
    private readonly Guid _id = Guid.NewGuid();
    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);
    private readonly LinkedList<Portion> _unfinished = new();
    private readonly CommitMarks _marks = new();
    private RecordBatch _filling = new();
    private List<string> _recipes = [];
    private long _number;
    private long _added;
    private bool _isOld;
    private bool _isFinishing;
    private bool _isClosed;

    public DirectSource(string sink, TimeProvider time)
    {
        _sink = sink;
        _time = time;
        _alarm = new Alarm(time);
    }

    /// <summary>What became of its records since the host started, by route.</summary>
    public IReadOnlyList<Account> Accounts
    {
        get
        {
            lock (_gate) return [.. _accounts.Values.Select(a => a.Copy())];
        }
    }

    /// <returns>False when it does not fit.</returns>
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

    /// <summary>Calls <paramref name="done"/> once all that was added before is stored.</summary>
    public void WhenStored(Action done)
    {
        long added;
        lock (_gate) added = _added;
        _marks.Add(added, done);
    }

    /// <summary>Begins again, for a new session, with what the last one did not finish.</summary>
    public DirectSource Reopen()
    {
        lock (_gate) (_isFinishing, _isClosed, _isOld) = (false, false, _unfinished.Count > 0);
        return this;
    }

    public async ValueTask<Portion?> NextAsync()
    {
        while (true)
        {
            lock (_gate)
            {
                if (_isClosed) return null;
                if (_isOld)
                {
                    _isOld = false;
                    return _unfinished.First!.Value;
                }

                if (_filling.Count > 0 && (_isFinishing || _filling.Count >= FullRecords)) return Take();
                if (_filling.Count == 0 && _isFinishing) return null;
            }

            if (_filling.Count == 0) await _wake.WaitAsync().ConfigureAwait(false);
            else if (await LingerAsync().ConfigureAwait(false) is { } portion) return portion;
        }
    }

    public ValueTask RefuseAsync(Portion portion, IReadOnlyList<Refusal> refused)
    {
        lock (_gate)
        {
            foreach (var refusal in refused) AccountOf(portion.Recipes[refusal.Index]).DeadLettered++;
        }

        portion.Refused.UnionWith(refused.Select(r => r.Index));
        return default;
    }

    public ValueTask AdvanceAsync(Portion portion, int end)
    {
        var before = portion.Done;
        lock (_gate)
        {
            foreach (var (recipe, count) in portion.Delivered(end)) AccountOf(recipe).Delivered += count;
            portion.Done = end;
            if (end == portion.Batch.Count) _unfinished.Remove(portion);
        }

        _marks.Stored(end - before);
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

    private async ValueTask<Portion?> LingerAsync()
    {
        await _alarm.WaitUntilAsync(_time.GetTimestamp() + _time.Ticks(s_linger)).ConfigureAwait(false);
        lock (_gate) return _isClosed || _filling.Count == 0 ? null : Take();
    }

    private void WakeUp()
    {
        _wake.Release();
        _alarm.Wake();
    }

    private Portion Take()
    {
        (_filling.Queue, _number) = (_id, _number + 1);
        var portion = new Portion(_filling, _recipes, []);
        (_filling, _recipes) = (new RecordBatch { Number = _number + 1 }, []);
        _unfinished.AddLast(portion);
        return portion;
    }

    private Account AccountOf(string recipe)
    {
        if (!_accounts.TryGetValue(recipe, out var account)) _accounts.Add(recipe, account = new Account(recipe, _sink));
        return account;
    }
}
