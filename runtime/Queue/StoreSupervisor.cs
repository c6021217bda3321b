using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Salvage;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Owns the open store of the queue: opens and repairs its file, and begins a new file with all readable records if the file is replaced or
/// deleted. Owned by <see cref="QueueWorker"/>; created before the queue thread starts and called only on it after that. Its methods throw
/// if the disk fails and never retry; the worker retries.
/// </summary>
internal sealed class StoreSupervisor
{
    private static readonly TimeSpan s_checkEvery = TimeSpan.FromSeconds(2);
    private readonly QueueFolder _folder;
    private readonly BackpressureRegistry _backpressure;
    private readonly TimeProvider _time;
    private readonly PlantLog _log;
    private readonly QueueNotices _notices;
    private (FileIdentity? Database, FileIdentity? Log) _identity;
    private long _checkAt;

    /// <summary>Opens the store, repairing its file if needed.</summary>
    public StoreSupervisor(QueueFolder folder, BackpressureRegistry backpressure, TimeProvider time, PlantLog log, QueueNotices notices)
    {
        (_folder, _backpressure, _time, _log, _notices) = (folder, backpressure, time, log, notices);
        Current = Open();
        State = Current.State;
    }

    /// <summary>The open store; null while the file cannot be opened or repaired.</summary>
    public QueueStore? Current { get; private set; }

    /// <summary>The open store, for code that runs only while there is one.</summary>
    public QueueStore Store => Current ?? throw new IOException("the queue has no file");

    /// <summary>The state of the store that is open, or was open last.</summary>
    public QueueState State { get; private set; }

    /// <summary>The reason why the open file is not the one at the queue's path; null if it is.</summary>
    public string? Moved { get; private set; }

    /// <summary>The time of the next <see cref="Check"/>.</summary>
    public long CheckAt => _checkAt;

    /// <summary>Makes the next <see cref="Check"/> run.</summary>
    public void CheckNow() => _checkAt = 0;

    private QueueStore Open()
    {
        var store = new QueueStore(QueueRepair.Open(_folder, _log), _time);
        try
        {
            if (store.State.MoveTo(_folder.Machine))
            {
                store.Commit(() => { });
                _notices.Moved();
            }

            Adopt(store);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    private void Adopt(QueueStore store)
    {
        _backpressure.ApplyTo(store);
        foreach (var cursor in store.State.Cursors) cursor.Rewind();
        _identity = _folder.Identify();
        _checkAt = _time.GetTimestamp() + _time.Ticks(s_checkEvery);
    }

    /// <summary>Moves a damaged file aside and continues with what can be read of it.</summary>
    public void Repair(string reason)
    {
        _notices.DamagedFile(reason);
        Close();
        Reopen();
    }

    /// <summary>
    /// Opens the file, repairing it if needed, and keeps the rows that sink sessions have in flight. <see cref="Current"/> must be null.
    /// </summary>
    public void Reopen()
    {
        var before = State;
        Current = Open();
        State = Current.State;
        Moved = null;
        Continue(before);
    }

    /// <summary>Row numbers stay the same in a new file, so that the rows in flight can still be finished.</summary>
    private void Continue(QueueState before)
    {
        foreach (var old in before.Cursors)
        {
            var cursor = State.CursorOf(old.Sink);
            (cursor.LastRead, cursor.InFlight) = (Math.Max(cursor.LastRead, old.LastRead), old.InFlight);
        }
    }

    /// <summary>Compares the file at the queue's path with the open one, at most every two seconds.</summary>
    /// <returns>If a new file was begun, the log lines about it, to be written after its counters are published; else null.</returns>
    /// <exception cref="IOException">A new file is needed and cannot be begun; the open one stays in use.</exception>
    public Action? Check()
    {
        if (_time.GetTimestamp() < _checkAt) return null;
        _checkAt = _time.GetTimestamp() + _time.Ticks(s_checkEvery);
        var (database, log) = _folder.Identify();
        var isNews = Moved is null;
        if (database == _identity.Database)
        {
            // The state changes before its log line, so that whoever reads the line finds the state it names.
            Moved = null;
            if (!isNews) _notices.Returned();
            if (log != _identity.Log) RestoreLog();
            return null;
        }

        if (!_folder.HasSite)
        {
            Moved = "the site's folder was moved or deleted";
            if (isNews) _notices.Gone(Moved, "records go to the file that is open; nothing is created until the folder is back");
            return null;
        }

        Moved = "its file was replaced or deleted while the host runs";
        if (isNews) _notices.Gone(Moved, "a new file is begun, and what can be read of the old one is copied into it");
        return Replace();
    }

    /// <summary>Begins a new file with everything that can be read of the open one.</summary>
    private Action Replace()
    {
        var old = Store;
        _folder.Create();

        // The name of the open file's log must not lead another database to it; its content is still readable here.
        if (_folder.Identify().Log == _identity.Log) AtomicFile.TryDelete(_folder.LogPath);
        var kept = File.Exists(_folder.Path) ? SetAside() : null;
        var database = QueueFile.Open(_folder.Path);
        string? damage;
        try
        {
            damage = old.CopyTo(database);
        }
        catch
        {
            database.Dispose();
            AtomicFile.TryDelete(_folder.Path);
            AtomicFile.TryDelete(_folder.LogPath);
            throw;
        }

        var before = State;
        Close();
        Current = new QueueStore(database, _time);
        State = Current.State;
        Adopt(Current);
        Continue(before);
        Moved = null;
        IReadOnlyList<(RouteCounters Route, long Records)> lost = [];
        if (damage is not null)
        {
            _notices.DamagedFile(damage);
            Current.Commit(() => lost = Current.Eviction.SettleMissing());
        }

        var waiting = State.Counters.Sum(c => c.Waiting);
        return () =>
        {
            _notices.Replaced(waiting, kept);
            foreach (var (route, records) in lost) _notices.RouteDamaged(route.Recipe, route.Sink, records);
        };
    }

    /// <summary>Moves another file at the queue's path aside, unless another host uses it.</summary>
    private string SetAside()
    {
        if (QueueFile.IsInUse(_folder.Path))
            throw new IOException($"{_folder.Path} belongs to another plant run of this site: end that one first");
        return _folder.MoveAside().Database;
    }

    /// <summary>The write-ahead log was deleted: its content goes into the database, and a new log is begun.</summary>
    private void RestoreLog()
    {
        Store.EmptyLog();
        Close();
        Reopen();
    }

    /// <summary>
    /// Counts as damaged what waits in a replaced or deleted file. Called at the end of the host, because no other process can
    /// open a deleted file.
    /// </summary>
    /// <returns>True if records were lost.</returns>
    public bool LoseMovedFile()
    {
        var hasLost = false;
        if (Moved is null || !_folder.HasSite) return hasLost;
        foreach (var counters in State.Counters.Where(c => c.Waiting > 0))
        {
            var lost = counters.Waiting;
            counters.Damaged += lost;
            _notices.RouteDamaged(counters.Recipe, counters.Sink, lost);
            hasLost = true;
        }

        return hasLost;
    }

    /// <summary>Closes the store, if one is open.</summary>
    public void Close()
    {
        Current?.Dispose();
        Current = null;
    }
}
