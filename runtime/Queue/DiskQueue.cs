using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Is the site's store-and-forward queue: recipes add records, and each sink gets them in order at its own pace. Owned by the site
/// (<c>SiteRuntime</c>), one per site. All members are callable from any thread. Only the constructor does disk I/O on the caller's thread,
/// and only <see cref="Dispose"/> blocks. Recipe threads call <see cref="Add"/>, <see cref="IsBlocked"/> and <see cref="WhenCommitted"/>;
/// sink supervisors call <see cref="OpenConsumer"/>. The thread "queue" owns the file and runs <see cref="QueueWorker"/>. Records that
/// arrive while it writes go into its next transaction, so that a slow disk makes transactions larger.
/// </summary>
internal sealed class DiskQueue : IDisposable
{
    /// <summary>The least time between two transactions, unless a caller waits for one. It protects flash cards.</summary>
    public static readonly TimeSpan DefaultMinCommitGap = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_flushPatience = TimeSpan.FromSeconds(2);
    private readonly QueueSignal _signal;
    private readonly BackpressureRegistry _backpressure;
    private readonly RecordBuffer _buffer;
    private readonly ConsumerRegistry _consumers = new();
    private readonly QueueRequests _requests;
    private readonly CommitCallbacks _callbacks = new();
    private readonly QueueWorker _worker;
    private readonly QueueTransfer _transfer;
    private readonly TimeProvider _time;
    private readonly Thread _thread;

    /// <summary>
    /// Opens the queue, repairs its file if needed (blocking disk I/O on the caller's thread), and starts the queue thread.
    /// </summary>
    /// <param name="folder">The folder of its files.</param>
    /// <param name="options">The limits in site.toml, by sink.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Receives the events of the queue.</param>
    /// <param name="minCommitGap">The least time between two transactions; by default 50 ms.</param>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public DiskQueue(
        QueueFolder folder, IReadOnlyDictionary<string, QueueLimits> options, TimeProvider time, PlantLog log,
        TimeSpan? minCommitGap = null)
    {
        _time = time;
        _signal = new QueueSignal(time);
        _backpressure = new BackpressureRegistry(options);
        _buffer = new RecordBuffer(_signal.Wake);
        _requests = new QueueRequests(_signal.Wake);
        _worker = new QueueWorker(
            folder, _backpressure, _buffer, _consumers, _requests, _callbacks, minCommitGap ?? DefaultMinCommitGap, time, log);
        _transfer = new QueueTransfer(folder, _consumers, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "queue" };
        _thread.Start();
    }

    /// <summary>Raised on the queue thread when recipes that found <see cref="IsBlocked"/> true may continue.</summary>
    public event Action? RoomMade
    {
        add => _worker.RoomMade += value;
        remove => _worker.RoomMade -= value;
    }

    /// <summary>The current problem of the queue, for status; null if there is none.</summary>
    public string? Problem => _worker.Problem;

    /// <summary>
    /// True while the queue cannot store records at all, and after the end if records were lost because they could not be stored. The
    /// host's exit code is not 0 then.
    /// </summary>
    public bool HasFailed => _worker.HasFailed;

    /// <summary>Copies of the counters of all routes, as of the last transaction.</summary>
    public IReadOnlyList<RouteCounters> Accounts => _worker.Accounts;

    /// <summary>
    /// Copies a record into memory; the queue thread commits it at once, or when the least time since the last transaction is over. Never
    /// blocks: a record that does not fit is dropped and counted.
    /// </summary>
    public void Add(RouteSet routes, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (!_buffer.Add(routes, time, device, samples, json)) _signal.Wake();
    }

    /// <summary>
    /// True while a sink of the route with <c>overflow = "block"</c> is full; the recipe then waits for <see cref="RoomMade"/>.
    /// </summary>
    public bool IsBlocked(RouteSet routes)
    {
        var isBlocked = false;
        foreach (var sink in routes.Sinks)
        {
            if (_backpressure.Find(sink) is { Limits.Overflow: OverflowPolicy.Block } load) isBlocked |= load.IsBlocked(_buffer.Bytes);
        }

        return isBlocked;
    }

    /// <summary>
    /// Calls <paramref name="done"/> once when all records added before are on the disk: on the queue thread, or at once on the caller's
    /// thread.
    /// </summary>
    public void WhenCommitted(Action done)
    {
        // The caller waits, so the batch is stored at once; later records gather while the transaction is written.
        _callbacks.Add(_buffer.Added, done);
        Flush();
    }

    /// <summary>Makes the queue thread commit the records added before without waiting for more. Never blocks.</summary>
    public void Flush()
    {
        _buffer.Flush();
        _signal.Wake();
    }

    /// <summary>Returns a task that completes when all records added before are on the disk.</summary>
    public Task FlushAsync()
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenCommitted(flushed.SetResult);
        return flushed.Task;
    }

    /// <summary>
    /// Stores a record as a dead letter of each of its sinks, because it must not be sent. Copies it and never blocks; completes when it is
    /// on the disk.
    /// </summary>
    public Task AddRejected(
        RouteSet routes, DateTime at, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json, string reason)
    {
        var record = new Record { Time = at, Device = device, Samples = samples.ToArray(), Json = json.ToArray() };
        var now = _time.GetUtcNow().UtcDateTime;
        DeadLetter[] letters =
        [
            .. routes.Sinks.Select(s => DeadLetter.From(record, routes.Recipe, s, LogText.Sanitize(reason), now, tries: 0)),
        ];
        return ChangeAsync(store =>
        {
            foreach (var letter in letters) store.RejectNew(letter);
        });
    }

    /// <summary>Returns the identity of the queue and the number of the next batch, after all records that were added before.</summary>
    /// <exception cref="IOException">The queue has no file at the moment.</exception>
    public async Task<(Guid Queue, long NextBatch)> ReadEndAsync()
    {
        await FlushAsync().WaitAsync(s_flushPatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await AskAsync(store => (store.State.Queue, store.State.NextNumber)).ConfigureAwait(false);
    }

    /// <summary>Applies new limits from site.toml; completes when the store has them. No record is moved or dropped by this call.</summary>
    public Task ApplyAsync(IReadOnlyDictionary<string, QueueLimits> options)
    {
        _backpressure.Apply(options);
        return ChangeAsync(_backpressure.ApplyTo);
    }

    /// <summary>
    /// Creates the consumer of a new sink session, which closes it, and closes that of an earlier session. It starts at the
    /// first record not finished.
    /// </summary>
    public QueueConsumer OpenConsumer(string sink)
    {
        var consumer = new QueueConsumer(sink, this, _signal.Wake, _time);
        _consumers.Open(consumer);
        _requests.Add(
            store =>
            {
                store.State.CursorOf(sink).Rewind();
                consumer.IsOpen = true;
            },
            RequestKind.Session);
        return consumer;
    }

    /// <summary>Runs a query on the queue thread.</summary>
    /// <exception cref="IOException">The queue has no file at the moment.</exception>
    public async Task<T> AskAsync<T>(Func<QueueStore, T> question)
    {
        T answer = default!;
        await _requests.Add(store => answer = question(store), RequestKind.Query).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Runs a change on the queue thread, again if its transaction fails; completes when the change is on the disk.</summary>
    public Task ChangeAsync(Action<QueueStore> change) => _requests.Add(change, RequestKind.Change);

    /// <summary>Appends dead letters to the queue again, behind all waiting records.</summary>
    /// <param name="choose">Selects them, on the queue thread within the transaction that moves them, so that none is sent twice.</param>
    /// <returns>The selected dead letters.</returns>
    public async Task<IReadOnlyList<DeadLetter>> RetryAsync(Func<QueueStore, IReadOnlyList<DeadLetter>> choose)
    {
        var letters = await ChangeAsync(choose, (store, letter) => store.Append(store.DeadLetters.RemoveForRetry(letter), isNew: false))
            .ConfigureAwait(false);
        foreach (var sink in letters.Select(l => l.Sink).Distinct()) _consumers.Find(sink)?.RowsAdded();
        _signal.Wake();
        return letters;
    }

    /// <summary>Deletes dead letters permanently.</summary>
    /// <param name="choose">Selects them, on the queue thread within the transaction that deletes them.</param>
    /// <returns>The selected dead letters.</returns>
    public Task<IReadOnlyList<DeadLetter>> DeleteAsync(Func<QueueStore, IReadOnlyList<DeadLetter>> choose) =>
        ChangeAsync(choose, (store, letter) => store.DeadLetters.Delete(letter));

    /// <summary>
    /// Moves the records that wait for a sink which the site no longer has behind those that wait for another one, in order; without
    /// <paramref name="to"/> drops them, deletes its dead letters and forgets the sink. One transaction per page, so that deliveries do not
    /// wait long: after a crash in the middle some records are moved, each once, and the next call moves the others.
    /// </summary>
    /// <param name="from">The sink that the site no longer has.</param>
    /// <param name="to">The sink that gets the records; null to drop them.</param>
    public async Task<TransferResult> TransferAsync(string from, string? to)
    {
        // Records that recipes handed over before the sink was removed may still be in memory; a disk that stores nothing at the moment
        // does not hold up the transfer.
        await FlushAsync().WaitAsync(s_flushPatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var sum = new TransferResult();
        while (sum.State == TransferState.More)
        {
            TransferResult page = default;
            await ChangeAsync(store => page = _transfer.RunPage(store, from, to)).ConfigureAwait(false);
            sum = page with { Records = sum.Records + page.Records, Damaged = sum.Damaged + page.Damaged };
            if (to is not null) _consumers.Find(to)?.RowsAdded();
            _signal.Wake();
        }

        _transfer.Log(from, to, sum);
        return sum;
    }

    /// <summary>
    /// Copies the queue into a file while it works: a megabyte at a time, so that commits and deliveries do not wait long. The copy has
    /// what was committed when the task completes. One snapshot at a time.
    /// </summary>
    /// <param name="path">The copy, a new file; not complete if the task fails.</param>
    /// <param name="cancel">Ends the copy.</param>
    /// <exception cref="IOException">The copy cannot be written, or the queue was opened again meanwhile.</exception>
    public async Task SnapshotAsync(string path, CancellationToken cancel)
    {
        await FlushAsync().WaitAsync(s_flushPatience, _time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        QueueStore? source = null;
        try
        {
            for (var isDone = false; !isDone;)
            {
                cancel.ThrowIfCancellationRequested();
                await _requests.Add(store =>
                {
                    if (store != (source ??= store)) throw new IOException("the queue was opened again during the copy: try again");
                    isDone = store.CopySnapshot(path);
                }, RequestKind.Copy).ConfigureAwait(false);
            }
        }
        finally
        {
            await _requests.Add(store => store.EndSnapshot(), RequestKind.Copy)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Stores the records in memory, closes the file and ends the queue thread. Waits at most 5 s for the thread.</summary>
    public void Dispose()
    {
        _signal.Stop();
        _thread.Join(s_patienceAtEnd);
        _signal.Dispose();
    }

    private async Task<IReadOnlyList<DeadLetter>> ChangeAsync(
        Func<QueueStore, IReadOnlyList<DeadLetter>> choose, Action<QueueStore, DeadLetter> change)
    {
        IReadOnlyList<DeadLetter> letters = [];
        await ChangeAsync(store =>
        {
            letters = choose(store);
            foreach (var letter in letters) change(store, letter);
        }).ConfigureAwait(false);
        return letters;
    }

    /// <summary>
    /// Is the body of the queue thread. An exception never ends it: <see cref="QueueWorker.RunOnce"/> logs it and continues.
    /// </summary>
    private void Run()
    {
        while (_signal.Wait(() => _worker.Due)) _worker.RunOnce();
        _worker.End();
        _requests.Close();
        _consumers.Close();
        _worker.Dispose();
    }
}
