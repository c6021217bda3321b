using System.Collections.Frozen;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Delivery.Queue.Salvage;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;
using SQLitePCL;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>
/// The queue's thread at work: puts batches and requests into transactions, gives rows to sinks, tidies up; goes on over a full disk, a
/// failing one and a damaged file.
/// </summary>
internal sealed class QueueWorker : IDisposable
{
    private const int MaxCommitBytes = 1 << 20;
    private static readonly TimeSpan s_linger = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_tidyEvery = TimeSpan.FromSeconds(30);
    private readonly QueueFolder _folder;
    private readonly FrozenDictionary<string, LaneLoad> _loads;
    private readonly RecordBuffer _buffer;
    private readonly ReaderBook _readers;
    private readonly QueueRequests _requests;
    private readonly CommitMarks _marks;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly QueueNotices _notices;
    private readonly List<EncodedBatch> _batches = [];
    private readonly List<(RouteSet Routes, int Records)> _dropped = [];
    private QueueStore _store;
    private long _retryAt;
    private long _tidyAt;
    private bool _isTight;

    /// <summary>Opens the queue, repairing it where that is needed.</summary>
    public QueueWorker(
        QueueFolder folder, FrozenDictionary<string, LaneLoad> loads, RecordBuffer buffer, ReaderBook readers, QueueRequests requests,
        CommitMarks marks, TimeProvider time, PlantLog log)
    {
        _folder = folder;
        _loads = loads;
        _buffer = buffer;
        _readers = readers;
        _requests = requests;
        _marks = marks;
        _time = time;
        _log = log;
        _notices = new QueueNotices(folder, time, log);
        _store = Open();
        if (!_folder.Reserve.TryHold()) BecomeTight();
        Publish();
    }

    /// <summary>Called when recipes that had to wait may go on.</summary>
    public event Action? RoomMade;

    /// <summary>What is wrong; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What became of all records, by route; as of the last transaction.</summary>
    public IReadOnlyList<Account> Accounts { get; private set; } = [];

    /// <summary>When there is something to do even if nobody asks.</summary>
    public long Due
    {
        get
        {
            if (_retryAt > 0) return Math.Min(_tidyAt, _retryAt);
            return !_isTight && _buffer.FillingSince is { } since ? Math.Min(_tidyAt, since + _time.Ticks(s_linger)) : _tidyAt;
        }
    }

    /// <summary>Does what is to be done now.</summary>
    public void Turn()
    {
        try
        {
            Write(isEnd: false);
            Serve();
            Tidy();
        }
        catch (Exception exception) when (exception is DatabaseException or IOException)
        {
            TryLater(exception);
        }
    }

    /// <summary>Puts what is in memory on the disk, as far as it takes it.</summary>
    public void End() => Write(isEnd: true);

    public void Dispose() => _store.Dispose();

    private void Write(bool isEnd)
    {
        do
        {
            if (_retryAt > _time.GetTimestamp() && !isEnd) return;
            var isDue = _buffer.FillingSince is { } since && _time.GetElapsedTime(since) >= s_linger;
            if (_batches.Count == 0) _buffer.Take(_batches, _buffer.TakeFlush() || isDue || isEnd, MaxCommitBytes);
            _dropped.AddRange(_buffer.TakeDropped());
            var requests = _requests.Snapshot();
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
        catch (DatabaseException exception) when (!_isTight && exception.Is(raw.SQLITE_FULL))
        {
            BecomeTight();
            _folder.Reserve.Release();
            _store.EmptyLog();
            return true;
        }
        catch (DatabaseException exception) when (exception.Is(raw.SQLITE_CORRUPT) || exception.Is(raw.SQLITE_NOTADB))
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

    private void Commit(List<EncodedBatch> batches, List<QueueRequest> requests)
    {
        var isChange = batches.Count > 0 || _dropped.Count > 0 || requests.Exists(r => r.IsChange);
        if (isChange) _store.Commit(Work);
        else Work();
        if (_dropped.Count > 0) _notices.Dropped(_dropped.Sum(d => (long)d.Records), Problem);
        var records = batches.Sum(b => b.Tallies.Sum(t => (long)t.Records));
        foreach (var sink in batches.SelectMany(b => b.Tallies).SelectMany(t => t.Routes.Sinks)) _readers.Find(sink)?.MayHaveMore();
        _dropped.Clear();
        batches.Clear();
        _retryAt = 0;
        if (!_isTight) Problem = null;
        if (isChange) Publish();
        _requests.Complete(requests);
        if (records > 0) _marks.Stored(records);

        void Work()
        {
            // What is done with leaves before what is new needs its room.
            foreach (var request in requests) request.Run(_store);
            foreach (var (routes, count) in _dropped) _store.CountDropped(routes, count);
            foreach (var batch in batches) _store.Append(batch);
        }
    }

    /// <summary>Gives rows to the sinks that wait for some.</summary>
    private void Serve()
    {
        foreach (var reader in _readers.Waiting())
        {
            try
            {
                Serve(reader);
            }
            catch (DatabaseException exception) when (exception.Is(raw.SQLITE_CORRUPT) || exception.Is(raw.SQLITE_NOTADB))
            {
                Repair(exception.Message);
            }
        }
    }

    private void Serve(LaneReader reader)
    {
        var lane = _store.State.Lane(reader.Sink);
        var damaged = new List<long>();
        var rows = _store.Take(lane, RecordBuffer.FullRecords, RecordBuffer.FullBytes, damaged);
        foreach (var number in damaged)
        {
            _store.Commit(() => _folder.Keep($"batch-{number}.bin", _store.Discards.Remove(number)));
            _notices.DamagedBatch(number);
        }

        if (rows.Count > 0)
        {
            reader.Give(rows, _store.State.Queue);
            return;
        }

        if (lane.InFlight == 0 && _store.State.Accounts.Any(a => a.Sink == lane.Sink && a.Waiting != 0))
        {
            var lost = 0L;
            _store.Commit(() => lost = _store.Discards.SettleDamage(lane));
            _notices.Lost(lane.Sink, lost);
            Publish();
        }

        reader.NothingLeft();
    }

    /// <summary>From time to time: gives up what is too old, gives free room back, sees whether the disk has room again.</summary>
    private void Tidy()
    {
        if (_time.GetTimestamp() < _tidyAt) return;
        _tidyAt = _time.GetTimestamp() + _time.Ticks(_isTight ? s_retry : s_tidyEvery);
        foreach (var lane in _store.State.Lanes.Where(_store.Discards.IsFirstTooOld).ToList())
        {
            var expired = 0L;
            _store.Commit(() => expired = _store.Discards.Expire(lane));
            _notices.Expired(lane.Sink, expired);
            Publish();
        }

        var (used, free) = _store.Size();
        if (_isTight || free > Math.Max(used, 16 << 20)) _store.Shrink(_isTight ? 64 : 4);
        if (!_isTight || !_folder.HasRoom || !_folder.Reserve.TryHold()) return;
        _isTight = false;
        _tidyAt = 0;
        Problem = null;
        _notices.RoomAgain();
    }

    private QueueStore Open()
    {
        var store = new QueueStore(QueueRepair.Open(_folder, _log), _time);
        if (store.State.MoveTo(_folder.Machine))
        {
            store.Commit(() => { });
            _notices.Moved();
        }

        foreach (var (sink, load) in _loads) store.State.Lane(sink).Options = load.Options;
        foreach (var lane in store.State.Lanes) lane.Rewind();
        _tidyAt = _time.GetTimestamp();
        return store;
    }

    private void Repair(string reason)
    {
        _notices.DamagedFile(reason);
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

    private void BecomeTight()
    {
        _isTight = true;
        _tidyAt = 0;
        Problem = "the disk is full";
        _notices.Full();
    }

    private void TryLater(Exception exception)
    {
        if (!_isTight) Problem = exception.Message;
        _notices.Failed(exception.Message, _buffer.Bytes);
        _retryAt = _time.GetTimestamp() + _time.Ticks(s_retry);
    }

    private void Publish()
    {
        Accounts = [.. _store.State.Accounts.Select(a => a.Copy())];
        var hasRoom = false;
        foreach (var (sink, load) in _loads) hasRoom |= load.Update(_store.State.Lane(sink).Bytes, _buffer.Bytes);
        if (hasRoom) RoomMade?.Invoke();
    }
}
