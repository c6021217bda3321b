using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>
/// Gives the records of the queue to one sink session. Created by <see cref="DiskQueue.OpenConsumer"/>; closed by the session, when the
/// next session opens, or with the queue. The session calls the members of <see cref="IBatchSource"/>; the queue thread calls
/// <see cref="IsWaiting"/>, <see cref="RowsAdded"/>, <see cref="NoRowsLeft"/> and <see cref="Deliver"/>. Locks internally; does no disk I/O
/// itself. Decoding runs in the session.
/// </summary>
internal sealed class QueueConsumer(string sink, DiskQueue queue, Action wake, TimeProvider time) : IBatchSource
{
    private readonly Lock _gate = new();
    private readonly BatchDecoder _decoder = new(sink);
    private readonly Stack<(RecordBatch Batch, List<string> Recipes)> _spare = new();
    private TaskCompletionSource<IReadOnlyList<StoredRow>?>? _waiting;
    private IReadOnlyList<StoredRow>? _ahead;
    private bool _wantsAhead;
    private Guid _queueId;
    private bool _mayHaveMore = true;
    private volatile bool _isFinishing;
    private volatile bool _isClosed;

    /// <summary>The name of the sink.</summary>
    public string Sink { get; } = sink;

    /// <summary>
    /// True once the queue thread has moved the cursor back to the first record that is not finished. No rows are delivered before.
    /// </summary>
    public bool IsOpen { get; set; }

    /// <summary>True once the consumer is closed: its session is over, or ends.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>
    /// True once its records were given to another sink or dropped, because the site no longer has this one; what its last session still
    /// reports is refused. Set and read on the queue thread.
    /// </summary>
    public bool IsRevoked { get; set; }

    /// <summary>True if the session wants rows, now or after the batch that it is finishing, and the queue may have some.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate) return IsOpen && !_isClosed && _mayHaveMore && (_waiting is not null || (_wantsAhead && _ahead is null));
        }
    }

    public async ValueTask<SinkBatch?> NextAsync()
    {
        Task<IReadOnlyList<StoredRow>?> rows;
        lock (_gate)
        {
            if (_isClosed) return null;
            if (_ahead is { } ready)
            {
                _ahead = null;
                return Decode(ready);
            }

            if (_isFinishing && !_mayHaveMore) return null;
            _waiting = new TaskCompletionSource<IReadOnlyList<StoredRow>?>(TaskCreationOptions.RunContinuationsAsynchronously);
            rows = _waiting.Task;
        }

        wake();
        return await rows.ConfigureAwait(false) is { } taken ? Decode(taken) : null;
    }

    public async ValueTask RejectAsync(SinkBatch batch, IReadOnlyList<RejectedRecord> refused)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var now = time.GetUtcNow().UtcDateTime;
        DeadLetter[] letters =
        [
            .. refused.Select(r => DeadLetter.From(
                batch.Batch[r.Index], batch.Recipes[r.Index], Sink, LogText.Sanitize(r.Reason), now, r.Tries)),
        ];
        await queue.ChangeAsync(store =>
        {
            ObjectDisposedException.ThrowIf(IsRevoked, this);
            foreach (var letter in letters) store.Reject(store.State.CursorOf(Sink), letter);
        }).ConfigureAwait(false);
        batch.Rejected.UnionWith(refused.Select(r => r.Index));
    }

    public async ValueTask AdvanceAsync(SinkBatch batch, int end)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var records = batch.Batch;
        var to = end == records.Count
            ? new RecordPosition(batch.Rows[^1].Number + 1, 0)
            : new RecordPosition(records[end].Id.Batch, records[end].Id.Index);
        var delivered = batch.Delivered(end);
        var first = batch.Done == 0 ? 0 : records[batch.Done].Id.Batch;

        // The queue thread runs for this change anyway; it delivers the next rows in the same round.
        lock (_gate) _wantsAhead = end == records.Count;
        var rows = batch.Rows.Where(r => r.Number >= first);
        await queue.ChangeAsync(store =>
        {
            ObjectDisposedException.ThrowIf(IsRevoked, this);
            store.Advance(store.State.CursorOf(Sink), to, rows, delivered);
        }).ConfigureAwait(false);
        batch.Done = end;
        if (end < records.Count) return;
        batch.Batch.Clear();
        batch.Recipes.Clear();
        lock (_gate) _spare.Push((batch.Batch, batch.Recipes));
    }

    public void Finish()
    {
        _isFinishing = true;
        wake();
        lock (_gate)
        {
            if (!_mayHaveMore) _waiting?.TrySetResult(null);
        }
    }

    public void Close()
    {
        _isClosed = true;
        lock (_gate) _waiting?.TrySetResult(null);
    }

    /// <summary>
    /// Notes that rows were added for the sink. Called on the queue thread after a commit, or by a retry of dead letters.
    /// </summary>
    internal void RowsAdded()
    {
        lock (_gate) _mayHaveMore = true;
    }

    /// <summary>Notes that the queue has no more rows for the sink; ends a session that finishes. Called on the queue thread.</summary>
    internal void NoRowsLeft()
    {
        lock (_gate)
        {
            _mayHaveMore = false;
            if (_isFinishing) _waiting?.TrySetResult(null);
        }
    }

    /// <summary>Hands rows to the session, which disposes them. Called on the queue thread.</summary>
    internal void Deliver(IReadOnlyList<StoredRow> rows, Guid queueId)
    {
        lock (_gate)
        {
            _queueId = queueId;
            _wantsAhead = false;
            var waiting = _waiting;
            _waiting = null;
            if (waiting is null) _ahead = rows;
            else waiting.TrySetResult(rows);
        }
    }

    private SinkBatch Decode(IReadOnlyList<StoredRow> rows)
    {
        (RecordBatch Batch, List<string> Recipes) spare;
        lock (_gate)
        {
            if (!_spare.TryPop(out spare)) spare = (new RecordBatch(), []);
        }

        var (records, recipes) = spare;
        records.Queue = _queueId;
        foreach (var row in rows)
        {
            _decoder.Decode(row.Bytes, row.First, row.Rejected, records, recipes);
            row.Dispose();
        }

        return new SinkBatch(records, recipes, rows);
    }
}
