using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Delivery.Queue.Store;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>
/// The site's store-and-forward queue: recipes put records in, sinks take them out in order, each at its own pace. One thread owns the
/// file;
/// what comes while it writes goes into its next transaction, so that a slow disk makes transactions larger, not records late.
/// </summary>
internal sealed class SiteQueue : IDisposable
{
    private static readonly TimeSpan s_patienceAtEnd = TimeSpan.FromSeconds(5);
    private readonly QueueSignal _signal;
    private readonly LaneLoads _loads;
    private readonly RecordBuffer _buffer;
    private readonly ReaderBook _readers = new();
    private readonly QueueRequests _requests;
    private readonly CommitMarks _marks = new();
    private readonly QueueWorker _worker;
    private readonly TimeProvider _time;
    private readonly QueueNotices _notices;
    private readonly Thread _thread;

    /// <summary>Opens the queue, repairing it where that is needed.</summary>
    /// <param name="folder">Where its files are.</param>
    /// <param name="options">What the site says of each sink's queue.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it speaks.</param>
    /// <exception cref="QueueLockedException">Another process has the queue.</exception>
    /// <exception cref="IOException">The folder cannot be written to.</exception>
    public SiteQueue(QueueFolder folder, IReadOnlyDictionary<string, QueueOptions> options, TimeProvider time, PlantLog log)
    {
        _time = time;
        _notices = new QueueNotices(folder, time, log);
        _signal = new QueueSignal(time);
        _loads = new LaneLoads(options);
        _buffer = new RecordBuffer(time, _signal.Wake);
        _requests = new QueueRequests(_signal.Wake);
        _worker = new QueueWorker(folder, _loads, _buffer, _readers, _requests, _marks, time, log);
        _thread = new Thread(Run) { IsBackground = true, Name = "queue" };
        _thread.Start();
    }

    /// <summary>Called when recipes that had to wait may go on.</summary>
    public event Action? RoomMade
    {
        add => _worker.RoomMade += value;
        remove => _worker.RoomMade -= value;
    }

    /// <summary>What is wrong with the queue; null when nothing is.</summary>
    public string? Problem => _worker.Problem;

    /// <summary>What became of all records, by route; as of the last transaction.</summary>
    public IReadOnlyList<Account> Accounts => _worker.Accounts;

    /// <summary>Takes a record. It is copied, and on the disk within about 100 ms.</summary>
    public void Add(RouteSet routes, DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json)
    {
        if (!_buffer.Add(routes, time, device, samples, json)) _signal.Wake();
    }

    /// <summary>True while a sink of the route is full and wants its recipes to wait.</summary>
    public bool IsBlocked(RouteSet routes)
    {
        var isBlocked = false;
        foreach (var sink in routes.Sinks)
        {
            if (_loads.Find(sink) is { Options.WhenFull: WhenFull.Block } load) isBlocked |= load.IsBlocked(_buffer.Bytes);
        }

        return isBlocked;
    }

    /// <summary>Calls <paramref name="done"/> once all that was added before is on the disk.</summary>
    public void WhenCommitted(Action done)
    {
        // Somebody waits for it, so a batch need not fill: while one transaction is written, the next one gathers by itself.
        _marks.Add(_buffer.Added, done);
        _buffer.Flush();
        _signal.Wake();
    }

    /// <summary>Completes when all that was added before is on the disk.</summary>
    public Task FlushAsync()
    {
        var flushed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        WhenCommitted(flushed.SetResult);
        return flushed.Task;
    }

    /// <summary>Takes what the site says of each sink's queue now; on the disk nothing is moved.</summary>
    public Task TakeAsync(IReadOnlyDictionary<string, QueueOptions> options)
    {
        _loads.Take(options);
        return ChangeAsync(_loads.Limit);
    }

    /// <summary>A way through the queue for a new session of a sink; one that an earlier session had is closed.</summary>
    public LaneReader OpenReader(string sink)
    {
        var reader = new LaneReader(sink, this, _signal.Wake, _time);
        _readers.Open(reader);
        _requests.Add(
            store =>
            {
                store.State.Lane(sink).Rewind();
                reader.IsOpen = true;
            },
            isChange: false);
        return reader;
    }

    /// <summary>Asks something of the store, on its thread.</summary>
    public async Task<T> AskAsync<T>(Func<QueueStore, T> question)
    {
        T answer = default!;
        await _requests.Add(store => answer = question(store), isChange: false).ConfigureAwait(false);
        return answer;
    }

    /// <summary>Changes something in the store; it is on the disk when this returns.</summary>
    public Task ChangeAsync(Action<QueueStore> change) => _requests.Add(change, isChange: true);

    /// <summary>Sends dead letters again, behind all that waits.</summary>
    /// <param name="choose">Says which, in the transaction that takes them: nobody else can take them too.</param>
    /// <returns>Those that were chosen.</returns>
    public async Task<IReadOnlyList<DeadLetter>> RetryAsync(Func<QueueStore, IReadOnlyList<DeadLetter>> choose)
    {
        var letters = await ChangeAsync(choose, (store, letter) => store.Append(store.Letters.TakeForRetry(letter), isNew: false))
            .ConfigureAwait(false);
        foreach (var sink in letters.Select(l => l.Sink).Distinct()) _readers.Find(sink)?.MayHaveMore();
        _signal.Wake();
        return letters;
    }

    /// <summary>Removes dead letters for good.</summary>
    /// <param name="choose">Says which.</param>
    /// <returns>Those that were chosen.</returns>
    public Task<IReadOnlyList<DeadLetter>> DeleteAsync(Func<QueueStore, IReadOnlyList<DeadLetter>> choose) =>
        ChangeAsync(choose, (store, letter) => store.Letters.Delete(letter));

    /// <summary>Puts what is in memory on the disk and closes the file.</summary>
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

    private void Run()
    {
        try
        {
            while (_signal.Wait(() => _worker.Due)) _worker.Turn();
            _worker.End();
        }
        catch (Exception exception)
        {
            _notices.Bug(exception);
        }
        finally
        {
            _requests.Close();
            _readers.Close();
            _worker.Dispose();
        }
    }
}
