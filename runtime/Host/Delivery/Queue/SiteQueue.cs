using System.Collections.Frozen;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Delivery.Queue.Salvage;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>
/// The site's store-and-forward queue: recipes put records in, sinks take them out in order, each at its own pace. One thread owns the file;
/// what comes while it writes goes into its next transaction, so that a disk that is slow makes transactions larger, not records late.
/// </summary>
internal sealed class SiteQueue : IDisposable
{
    private const int MaxCommitBytes = 1 << 20;
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_tidyEvery = TimeSpan.FromSeconds(30);
    private readonly QueueFolder _folder;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly LogLimit _problemLimit;
    private readonly LogLimit _dropLimit;
    private readonly object _gate = new();
    private readonly ITimer _timer;
    private readonly Thread _thread;
    private readonly RecordBuffer _buffer;
    private readonly Dictionary<string, LaneReader> _readers = new(StringComparer.Ordinal);
    private readonly FrozenDictionary<string, LaneLoad> _loads;
    private readonly List<QueueRequest> _requests = [];
    private readonly List<EncodedBatch> _batches = [];
    private readonly List<(RouteSet Routes, int Records)> _dropped = [];
    private readonly CommitMarks _marks = new();
    private QueueStore _store;
    private long _retryAt;
    private long _tidyAt;
    private bool _isTight;
    private bool _isSignalled;
    private int _isFlushing;
    private bool _isStopping;

    /// <summary>Opens the queue, repairing it where that is needed.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="options">What the site says of each sink's queue.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it speaks.</param>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public SiteQueue(QueueFolder folder, IReadOnlyDictionary<string, QueueOptions> options, TimeProvider time, PlantLog log)
    {
        _folder = folder;
        _time = time;
        _log = log;
        _problemLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _dropLimit = new LogLimit(time, TimeSpan.FromSeconds(10));
        _loads = options.ToFrozenDictionary(o => o.Key, o => new LaneLoad(o.Value), StringComparer.Ordinal);
        _buffer = new RecordBuffer(time, Wake);
        _timer = time.CreateTimer(static queue => ((SiteQueue)queue!).Wake(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _store = Open();
        _isTight = !_folder.Reserve.TryHold();
        if (_isTight) SayFull();
        Publish();
        _thread = new Thread(Run) { IsBackground = true, Name = "queue" };
        _thread.Start();
    }

    /// <summary>Called when recipes that had to wait may go on.</summary>
    public event Action? RoomMade;

    /// <summary>What is wrong with the queue; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What became of all records, by route; as of the last transaction.</summary>
    public IReadOnlyList<Account> Accounts { get; private set; } = [];

    /// <summary>Takes a record. It is copied, and on the disk within about 100 ms.</summary>
    public void Add(RouteSet routes, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (!_buffer.Add(routes, time, device, samples, json)) Wake();
    }

    /// <summary>True while a sink of the route is full and wants its recipes to wait.</summary>
    public bool IsBlocked(RouteSet routes)
    {
        var isBlocked = false;
        foreach (var sink in routes.Sinks)
        {
            if (_loads.TryGetValue(sink, out var load) && load.Options.WhenFull == WhenFull.Block) isBlocked |= load.IsBlocked(_buffer.Bytes);
        }

        return isBlocked;
    }

    /// <summary>Calls <paramref name="done"/> once all that was added before is on the disk.</summary>
    public void WhenCommitted(Action done)
    {
        // Somebody waits for it, so the batch is not waited for: while one transaction is written, the next one gathers by itself.
        _marks.Add(_buffer.Added, done);
        Interlocked.Exchange(ref _isFlushing, 1);
        Wake();
    }

    /// <summary>A way through the queue for a new session of a sink; one that an earlier session had is closed.</summary>
    public LaneReader OpenReader(string sink)
    {
        var reader = new LaneReader(sink, this, _time);
        lock (_gate)
        {
            if (_readers.TryGetValue(sink, out var old)) old.Close();
            _readers[sink] = reader;
        }

        Request(
            store =>
            {
                store.State.Lane(sink).Rewind();
                reader.IsOpen = true;
            },
            isChange: false);
        return reader;
    }

    /// <summary>Asks something of the store, on its thread, with all that came before on the disk.</summary>
    public async Task<T> AskAsync<T>(Func<QueueStore, T> question)
    {
        T answer = default!;
        await Request(store => answer = question(store), isChange: false).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Changes something in the store; it is on the disk when this returns.</summary>
    public Task ChangeAsync(Action<QueueStore> change) => Request(change, isChange: true);

    /// <summary>Completes when all that was added before is on the disk; it does not wait for a batch to fill.</summary>
    public Task FlushAsync()
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenCommitted(flushed.SetResult);
        return flushed.Task;
    }

    /// <summary>Sends dead letters again, behind all that waits.</summary>
    public async Task RetryAsync(IReadOnlyList<DeadLetter> letters)
    {
        await ChangeAsync(store =>
        {
            foreach (var letter in letters) store.Append(store.Letters.TakeForRetry(letter), isNew: false);
        }).ConfigureAwait(false);
        foreach (var letter in letters) Reader(letter.Sink)?.MayHaveMore();
        Wake();
    }

    /// <summary>Puts what is in memory on the disk and closes the file.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isStopping) return;
            _isStopping = true;
        }

        Wake();
        _thread.Join(TimeSpan.FromSeconds(5));
        _timer.Dispose();
    }

    internal void Wake()
    {
        lock (_gate)
        {
            _isSignalled = true;
            Monitor.PulseAll(_gate);
        }
    }

    private Task Request(Action<QueueStore> work, bool isChange)
    {
        var request = new QueueRequest(work, isChange);
        lock (_gate)
        {
            if (_isStopping) return Task.FromException(new ObjectDisposedException(nameof(SiteQueue), "the queue is closed"));
            _requests.Add(request);
        }

        Wake();
        return request.Done;
    }

    private void Run()
    {
        try
        {
            while (Wait()) Turn();
            Write(all: true);
        }
        catch (Exception exception)
        {
            _log.Error($"BUG in=queue reason=\"{exception}\"");
        }
        finally
        {
            foreach (var request in _requests) request.Fail(new ObjectDisposedException(nameof(SiteQueue), "the queue is closed"));
            foreach (var reader in _readers.Values) reader.Close();
            _store.Dispose();
        }
    }

    private void Turn()
    {
        try
        {
            Write(all: false);
            Serve();
            Tidy();
        }
        catch (Exception exception) when (exception is DatabaseException or IOException)
        {
            TryLater(exception);
        }
    }

    /// <returns>False when it is to end.</returns>
    private bool Wait()
    {
        lock (_gate)
        {
            while (!_isSignalled && !_isStopping)
            {
                var due = _tidyAt;
                if (_retryAt > 0) due = Math.Min(due, _retryAt);
                else if (!_isTight && _buffer.FillingSince is { } since) due = Math.Min(due, since + Ticks(s_linger));
                var wait = due - _time.GetTimestamp();
                if (wait <= 0) break;
                _timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait * 1000.0 / _time.TimestampFrequency)), Timeout.InfiniteTimeSpan);
                Monitor.Wait(_gate);
            }

            _isSignalled = false;
            return !_isStopping;
        }
    }

    private void Write(bool all)
    {
        do
        {
            if (_retryAt > _time.GetTimestamp() && !all) return;
            var isDue = _buffer.FillingSince is { } since && _time.GetElapsedTime(since) >= s_linger;
            var isFlushing = Interlocked.Exchange(ref _isFlushing, 0) == 1;
            if (_batches.Count == 0) _buffer.Take(_batches, all || isDue || isFlushing, MaxCommitBytes);
            _dropped.AddRange(_buffer.TakeDropped());
            List<QueueRequest> requests;
            lock (_gate) requests = [.. _requests];
            if ((_batches.Count == 0 || _isTight) && _dropped.Count == 0 && requests.Count == 0) return;
            if (!TryWrite(requests)) return;
        }
        while (_isTight || _batches.Count > 0 || _buffer.HasFull);
    }

    private bool TryWrite(List<QueueRequest> requests)
    {
        try
        {
            Commit(_isTight ? [] : _batches, requests);
            return true;
        }
        catch (DatabaseException exception) when (!_isTight && (exception.Code & 0xFF) == SQLitePCL.raw.SQLITE_FULL)
        {
            SayFull();
            _isTight = true;
            _folder.Reserve.Release();
            _store.EmptyLog();
            return true;
        }
        catch (DatabaseException exception) when ((exception.Code & 0xFF) is SQLitePCL.raw.SQLITE_CORRUPT or SQLitePCL.raw.SQLITE_NOTADB)
        {
            Repair(exception.Message);
            return true;
        }
        catch (Exception exception) when (exception is DatabaseException or IOException)
        {
            TryLater(exception);
            return false;
        }
    }

    private void TryLater(Exception exception)
    {
        Problem = exception.Message;
        if (_problemLimit.May(out _)) _log.Error($"QUEUE reason=\"{exception.Message}\" inmemory={_buffer.Bytes >> 10}KB next=\"tried again every second\"");
        _retryAt = _time.GetTimestamp() + Ticks(s_retry);
    }

    private void Commit(List<EncodedBatch> batches, List<QueueRequest> requests)
    {
        var isChange = batches.Count > 0 || _dropped.Count > 0 || requests.Exists(r => r.IsChange);
        if (isChange)
        {
            _store.Commit(() =>
            {
                // What is done with leaves before what is new needs its room.
                foreach (var request in requests) request.Run(_store);
                foreach (var (routes, records) in _dropped) _store.CountDropped(routes, records);
                foreach (var batch in batches) _store.Append(batch);
            });
        }
        else
        {
            foreach (var request in requests) request.Run(_store);
        }

        lock (_gate) _requests.RemoveAll(requests.Contains);
        if (_dropped.Count > 0) SayDropped();
        foreach (var batch in batches)
        {
            foreach (var sink in batch.Tallies.SelectMany(t => t.Routes.Sinks)) Reader(sink)?.MayHaveMore();
        }

        var records = batches.Sum(b => b.Tallies.Sum(t => (long)t.Records));
        _dropped.Clear();
        batches.Clear();
        if (!_isTight) Problem = null;
        _retryAt = 0;
        if (isChange) Publish();
        foreach (var request in requests) request.Complete();
        if (records > 0) _marks.Stored(records);
    }

    /// <summary>Gives rows to the sinks that wait for some.</summary>
    private void Serve()
    {
        LaneReader[] readers;
        lock (_gate) readers = [.. _readers.Values.Where(r => r.IsWaiting)];
        foreach (var reader in readers)
        {
            var lane = _store.State.Lane(reader.Sink);
            try
            {
                var damaged = new List<long>();
                var rows = _store.Take(lane, RecordBuffer.FullRecords, RecordBuffer.FullBytes, damaged);
                if (damaged.Count > 0) SetAside(damaged);
                if (rows.Count > 0) reader.Give(rows, _store.State.Queue);
                else Settle(lane, reader);
            }
            catch (DatabaseException exception)
            {
                Repair(exception.Message);
            }
        }
    }

    private void Settle(Lane lane, LaneReader reader)
    {
        if (lane.InFlight == 0 && _store.State.Accounts.Any(a => a.Sink == lane.Sink && a.Waiting != 0))
        {
            var lost = 0L;
            _store.Commit(() => lost = _store.SettleDamage(lane));
            _log.Error($"DAMAGED sink={lane.Sink} records={lost} reason=\"the disk gave them back changed, or not at all\" kept=\"{_folder.Damaged}\"");
            Publish();
        }

        reader.NothingLeft();
    }

    private void SetAside(IReadOnlyList<long> numbers)
    {
        foreach (var number in numbers)
        {
            _store.Commit(() => _folder.Keep($"batch-{number}.bin", _store.Remove(number)));
            _log.Error($"DAMAGED queue={_folder.Path} batch={number} reason=\"its checksum is wrong\" kept=\"{_folder.Damaged}\" next=\"the others go on\"");
        }
    }

    /// <summary>From time to time: gives up what is too old, gives free room back, sees whether the disk has room again.</summary>
    private void Tidy()
    {
        if (_time.GetTimestamp() < _tidyAt) return;
        _tidyAt = _time.GetTimestamp() + Ticks(_isTight ? s_retry : s_tidyEvery);
        foreach (var lane in _store.State.Lanes.Where(_store.IsFirstTooOld).ToList())
        {
            var expired = 0L;
            _store.Commit(() => expired = _store.Expire(lane));
            _log.Warn($"EXPIRED sink={lane.Sink} records={expired} reason=\"waited longer than max_age\"");
            Publish();
        }

        var (used, free) = _store.Size();
        if (_isTight || free > Math.Max(used, 16 << 20)) _store.Shrink(_isTight ? 64 : 4);
        if (!_isTight || !_folder.HasRoom || !_folder.Reserve.TryHold()) return;
        _isTight = false;
        Problem = null;
        _log.Info($"DISK queue={_folder.Path} state=OK next=\"records are taken again\"");
        Wake();
    }

    private QueueStore Open()
    {
        var database = QueueRepair.Open(_folder, _log);
        var store = new QueueStore(database, _time);
        foreach (var (sink, load) in _loads) store.State.Lane(sink).Options = load.Options;
        foreach (var lane in store.State.Lanes) lane.Rewind();
        _tidyAt = _time.GetTimestamp();
        return store;
    }

    private void Repair(string reason)
    {
        _log.Error($"DAMAGED queue={_folder.Path} reason=\"{reason}\" next=\"what can be read is put into a new file\"");
        _store.Dispose();
        var before = _store.State;
        _store = Open();
        foreach (var old in before.Lanes)
        {
            // Row numbers stay: what is on its way can still be finished.
            var lane = _store.State.Lane(old.Sink);
            (lane.Taken, lane.InFlight) = (Math.Max(lane.Taken, old.Taken), old.InFlight);
        }
    }

    private void Publish()
    {
        Accounts = [.. _store.State.Accounts.Select(a => a.Copy())];
        var hasRoom = false;
        foreach (var (sink, load) in _loads) hasRoom |= load.Update(_store.State.Lane(sink).Bytes, _buffer.Bytes);
        if (hasRoom) RoomMade?.Invoke();
    }

    private LaneReader? Reader(string sink)
    {
        lock (_gate) return _readers.GetValueOrDefault(sink);
    }

    private void SayFull()
    {
        Problem = "the disk is full";
        _tidyAt = 0;
        _log.Error($"DISK queue={_folder.Path} state=FULL next=\"sinks go on from what is stored; up to {RecordBuffer.MaxBytes >> 20} MB of new records wait in memory\"");
    }

    private void SayDropped()
    {
        if (_dropLimit.May(out _))
            _log.Error($"DROPPED records={_dropped.Sum(d => d.Records)} reason=\"{Problem ?? "the disk is too slow"}, and {RecordBuffer.MaxBytes >> 20} MB wait in memory\"");
    }

    private long Ticks(TimeSpan duration) => (long)(duration.TotalSeconds * _time.TimestampFrequency);
}
