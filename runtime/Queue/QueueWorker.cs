using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;
using SQLitePCL;

namespace PlantRuntime.Queue;

/// <summary>
/// Does the work of the queue thread: commits batches and requests, delivers rows to sink sessions, expires records and shrinks the file.
/// Owned by one <see cref="DiskQueue"/>, whose constructor creates it; then <see cref="Due"/>, <see cref="RunOnce"/>, <see cref="End"/> and
/// <see cref="Dispose"/> run on the queue thread, and any thread may read <see cref="Problem"/>, <see cref="HasFailed"/> and
/// <see cref="Accounts"/>. If the disk is full or fails, or the file is damaged, replaced or deleted, it retries every second and counts
/// the records that it loses. State and counters change before the log line that names the change.
/// </summary>
internal sealed class QueueWorker : IDisposable
{
    private const int MaxCommitBytes = 1 << 20;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_tidyEvery = TimeSpan.FromSeconds(30);
    private readonly QueueFolder _folder;
    private readonly BackpressureRegistry _backpressure;
    private readonly RecordBuffer _buffer;
    private readonly ConsumerRegistry _consumers;
    private readonly QueueRequests _requests;
    private readonly CommitCallbacks _callbacks;
    private readonly TimeProvider _time;
    private readonly long _minCommitGap;
    private readonly QueueNotices _notices;
    private readonly List<EncodedBatch> _batches = [];
    private readonly DroppedRecords _dropped = new();
    private readonly StoreSupervisor _file;
    private string? _failure;
    private long _retryAt;
    private long _tidyAt;
    private long _nextCommit;
    private bool _isDiskFull;
    private bool _hasLost;
    private bool? _failedAtEnd;

    /// <summary>Opens the queue on the caller's thread and repairs its file if needed.</summary>
    public QueueWorker(
        QueueFolder folder, BackpressureRegistry backpressure, RecordBuffer buffer, ConsumerRegistry consumers, QueueRequests requests,
        CommitCallbacks callbacks, TimeSpan minCommitGap, TimeProvider time, PlantLog log)
    {
        _folder = folder;
        _backpressure = backpressure;
        _buffer = buffer;
        _consumers = consumers;
        _requests = requests;
        _callbacks = callbacks;
        _time = time;
        _minCommitGap = time.Ticks(minCommitGap);
        _notices = new QueueNotices(folder, time, log);
        _file = new StoreSupervisor(folder, backpressure, time, log, _notices);
        (_tidyAt, _nextCommit) = (time.GetTimestamp(), time.GetTimestamp() + _minCommitGap);
        if (!_folder.Reserve.TryHold()) BecomeDiskFull();
        Publish();
    }

    /// <summary>Raised on the queue thread when recipes that were blocked may continue.</summary>
    public event Action? RoomMade;

    /// <summary>The problem of the queue, for status; null if there is none.</summary>
    public string? Problem => _isDiskFull ? "the disk is full"
        : (_file.Moved ?? _failure) is { } problem ? LogText.Sanitize(problem)
        : null;

    /// <inheritdoc cref="DiskQueue.HasFailed"/>
    public bool HasFailed => _failedAtEnd ?? (_hasLost || _file.Current is null || _file.Moved is not null);

    /// <summary>
    /// Counters by route, as of the last transaction. Records in memory that the queue cannot store at the moment count as waiting.
    /// </summary>
    public IReadOnlyList<RouteCounters> Accounts { get; private set; } = [];

    /// <summary>The time at which there is something to do even if nothing wakes the thread.</summary>
    public long Due
    {
        get
        {
            if (_file.Current is null) return _retryAt;
            var due = Math.Min(_tidyAt, _file.CheckAt);
            return _retryAt > 0 ? Math.Min(due, _retryAt) : !_isDiskFull && _buffer.IsFilling ? Math.Min(due, _nextCommit) : due;
        }
    }

    /// <summary>Does what is due. Never throws: an error is logged, and the work is tried again in a second.</summary>
    public void RunOnce()
    {
        try
        {
            _dropped.DrainFrom(_buffer);
            if (!TryOpen()) return;
            if (_retryAt <= _time.GetTimestamp()) _retryAt = 0;
            CheckFile();
            Write(isEnd: false);
            Serve();
            Tidy();
            if (_retryAt == 0) _failure = null;
        }
        catch (DatabaseException exception) when (exception.IsDamage)
        {
            // The file is opened again, and repaired, in the next round.
            _file.Close();
            _retryAt = 0;
            _notices.DamagedFile(exception.Message);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            RetryLater(exception);
        }
        catch (Exception exception)
        {
            Try(() => _notices.Bug(exception));
            RetryLater(exception);
        }
    }

    /// <summary>Stores what is in memory as far as possible, and counts the rest as dropped. Never throws.</summary>
    public void End()
    {
        _retryAt = 0;
        _file.CheckNow();
        Try(() =>
        {
            if (TryOpen()) CheckFile();
        });
        Try(() =>
        {
            if (_file.Current is not null) Write(isEnd: true);
        });
        Try(StoreInReserve);
        Try(DropAll);
        Try(() =>
        {
            if (_dropped.IsEmpty || _file.Current is null) return;
            _file.Store.Commit(() => _dropped.CountIn(_file.Store));
            _dropped.Clear();
        });
        Try(() => _hasLost |= _file.LoseMovedFile());
        Try(Publish);
    }

    public void Dispose()
    {
        // A file that is closed in order is no failure.
        _failedAtEnd = HasFailed;
        _file.Close();
    }

    private void Write(bool isEnd)
    {
        do
        {
            if (_retryAt > _time.GetTimestamp() && !isEnd) return;
            _dropped.DrainFrom(_buffer);
            var isDue = _time.GetTimestamp() >= _nextCommit;
            if (_batches.Count == 0) _buffer.Dequeue(_batches, _buffer.ConsumeFlush() || isDue || isEnd, MaxCommitBytes);
            var requests = _requests.Snapshot();
            if ((_batches.Count == 0 || _isDiskFull) && _dropped.IsEmpty && requests.Count == 0) return;
            if (!TryWrite(requests)) return;
        }
        while (_isDiskFull || _batches.Count > 0 || _buffer.HasFull);
    }

    private bool TryWrite(List<QueueRequest> requests)
    {
        try
        {
            Commit(_isDiskFull ? [] : _batches, requests);
            return true;
        }
        catch (DatabaseException exception) when (!_isDiskFull && exception.Is(raw.SQLITE_FULL))
        {
            BecomeDiskFull();
            _folder.Reserve.Release();
            _file.Store.EmptyLog();
            return true;
        }
        catch (DatabaseException exception) when (exception.IsDamage)
        {
            Repair(exception.Message);
            return true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            RetryLater(exception);
            return false;
        }
    }

    private void Commit(List<EncodedBatch> batches, List<QueueRequest> requests)
    {
        var store = _file.Store;
        var isChange = batches.Count > 0 || !_dropped.IsEmpty || requests.Exists(r => r.Kind == RequestKind.Change);
        foreach (var copy in requests.Where(r => r.Kind == RequestKind.Copy)) copy.Run(store);
        if (isChange) store.Commit(Work);
        else Work();
        var (dropped, problem) = (_dropped.Total, Problem);
        var records = batches.Sum(b => b.Routes.Sum(t => (long)t.Records));
        foreach (var sink in batches.SelectMany(b => b.Routes).SelectMany(t => t.Route.Sinks)) _consumers.Find(sink)?.RowsAdded();
        if (isChange) _dropped.Clear();
        batches.Clear();
        (_retryAt, _failure, _nextCommit) = (0, null, isChange ? _time.GetTimestamp() + _minCommitGap : _nextCommit);

        // The counters and the room that a change made are published before the change is confirmed.
        if (isChange) Publish();
        _requests.Complete(requests);
        if (dropped > 0) _notices.Dropped(dropped, problem);
        if (records > 0) _callbacks.Committed(records);

        void Work()
        {
            // Requests release room that the new batches need.
            foreach (var request in requests.Where(r => r.Kind != RequestKind.Copy)) request.Run(store);
            _dropped.CountIn(store);
            foreach (var batch in batches) store.Append(batch);
        }
    }

    /// <summary>Delivers rows to the sink sessions that wait for some.</summary>
    private void Serve()
    {
        foreach (var consumer in _consumers.Waiting())
        {
            try
            {
                Serve(consumer);
            }
            catch (DatabaseException exception) when (exception.IsDamage)
            {
                Repair(exception.Message);
            }
        }
    }

    private void Serve(QueueConsumer consumer)
    {
        var store = _file.Store;
        var cursor = store.State.CursorOf(consumer.Sink);
        var damaged = new List<long>();
        var rows = store.ReadRows(cursor, RecordBuffer.FullRecords, RecordBuffer.FullBytes, damaged);
        foreach (var number in damaged)
        {
            store.Commit(() => _folder.Save($"batch-{number}.bin", store.Eviction.Remove(number)));
            Publish();
            _notices.DamagedBatch(number);
        }

        if (rows.Count > 0)
        {
            consumer.Deliver(rows, store.State.Queue);
            return;
        }

        if (cursor.InFlight == 0 && store.State.Counters.Any(a => a.Sink == cursor.Sink && a.Waiting != 0))
        {
            var lost = 0L;
            store.Commit(() => lost = store.Eviction.SettleDamage(cursor));
            Publish();
            _notices.SinkDamaged(cursor.Sink, lost);
        }

        consumer.NoRowsLeft();
    }

    /// <summary>
    /// Every 30 s, or every second while the disk is full: expires old records, returns free pages to the file system, and ends the state
    /// "disk full" if there is space again.
    /// </summary>
    private void Tidy()
    {
        if (_time.GetTimestamp() < _tidyAt) return;
        _tidyAt = _time.GetTimestamp() + _time.Ticks(_isDiskFull ? s_retry : s_tidyEvery);
        var store = _file.Store;
        foreach (var cursor in store.State.Cursors.Where(store.Eviction.IsFirstTooOld).ToList())
        {
            var expired = 0L;
            store.Commit(() => expired = store.Eviction.Expire(cursor));
            Publish();
            _notices.Expired(cursor.Sink, expired);
        }

        if (_isDiskFull) Publish();
        var (used, free) = store.Size();
        if (_isDiskFull || free > Math.Max(used, 16 << 20)) store.Shrink(_isDiskFull ? 64 : 4);
        if (!_isDiskFull || !_folder.HasRoom || !_folder.Reserve.TryHold()) return;
        _isDiskFull = false;
        _tidyAt = 0;
        Publish();
        _notices.RoomAgain();
    }

    /// <summary>Opens the file again after it was closed by an error.</summary>
    /// <returns>False if that has to wait, or has failed.</returns>
    private bool TryOpen()
    {
        if (_file.Current is not null) return true;
        if (_retryAt <= _time.GetTimestamp())
        {
            try
            {
                _file.Reopen();
                (_failure, _retryAt, _tidyAt) = (null, 0, _time.GetTimestamp());
                Publish();
                _notices.Working();
                return true;
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or QueueLockedException)
            {
                RetryLater(exception);
            }
        }

        _requests.FailQueries(Problem ?? "it is closed");
        Publish();
        return false;
    }

    private void Repair(string reason)
    {
        _file.Repair(reason);
        (_failure, _retryAt, _tidyAt) = (null, 0, _time.GetTimestamp());
        Publish();
    }

    private void CheckFile()
    {
        if (_file.Check() is not { } report) return;
        _failure = null;
        if (!_folder.Reserve.TryHold()) BecomeDiskFull();
        Publish();
        report();
    }

    /// <summary>
    /// Stores what is in memory, while the disk is full, in the room that the reserve has released; deliveries keep three quarters of it.
    /// </summary>
    private void StoreInReserve()
    {
        if (!_isDiskFull || _file.Current is null) return;
        _buffer.Dequeue(_batches, all: true, long.MaxValue);
        if (_batches.Count == 0 || _batches.Sum(b => (long)b.Bytes.Length) > DiskReserve.Size / 4) return;
        _file.Store.EmptyLog();
        Commit(_batches, []);
    }

    /// <summary>Counts all records that are still in memory as dropped.</summary>
    private void DropAll()
    {
        _dropped.DrainFrom(_buffer);
        _buffer.Dequeue(_batches, all: true, long.MaxValue);
        foreach (var (route, records, _) in _batches.SelectMany(b => b.Routes)) _dropped.Add(route, records);
        _batches.Clear();
        _hasLost |= !_dropped.IsEmpty;
        foreach (var (route, records) in _dropped.ByRoute) _notices.LostAtEnd(route.Recipe, route.Sinks, records);
    }

    private void BecomeDiskFull()
    {
        _isDiskFull = true;
        _tidyAt = 0;
        _notices.Full();
    }

    private void RetryLater(Exception exception)
    {
        _failure = exception.Message;
        _retryAt = _time.GetTimestamp() + _time.Ticks(s_retry);
        _tidyAt = Math.Max(_tidyAt, _retryAt);
        Try(Publish);
        Try(() => _notices.Failed(exception.Message, _buffer.Bytes));
    }

    /// <summary>Runs a step whose exception must not leave this method; it becomes the problem in status.</summary>
    private void Try(Action step)
    {
        try
        {
            step();
        }
        catch (Exception exception)
        {
            _failure = exception.Message;
        }
    }

    private void Publish()
    {
        var snapshot = new AccountSnapshot(_file.State.Counters);
        snapshot.Drop(_dropped.ByRoute.Select(d => (d.Key, d.Value)));
        if (_file.Current is null || _retryAt > 0 || _isDiskFull)
            snapshot.Wait(_batches.SelectMany(b => b.Routes).Select(t => (t.Route, (long)t.Records)).Concat(_buffer.Waiting()));
        Accounts = snapshot.Counters;
        var hasRoom = false;
        foreach (var (sink, load) in _backpressure.All) hasRoom |= load.Update(_file.State.CursorOf(sink).Bytes, _buffer.Bytes);
        if (hasRoom) RoomMade?.Invoke();
    }
}
