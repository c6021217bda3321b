using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>One session's way through the queue.</summary>
internal sealed class LaneReader(string sink, SiteQueue queue, Action wake, TimeProvider time) : IPortionSource
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

    public string Sink { get; } = sink;

    /// <summary>Set once the lane was taken back to the first record that is not delivered.</summary>
    public bool IsOpen { get; set; }

    /// <summary>True when the session wants rows, now or as soon as it is done with what it has, and there may be some.</summary>
    public bool IsWaiting
    {
        get
        {
            lock (_gate) return IsOpen && !_isClosed && _mayHaveMore && (_waiting is not null || (_wantsAhead && _ahead is null));
        }
    }

    public async ValueTask<Portion?> NextAsync()
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

    public async ValueTask RefuseAsync(Portion portion, IReadOnlyList<Refusal> refused)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var now = time.GetUtcNow().UtcDateTime;
        DeadLetter[] letters =
        [
            .. refused.Select(r => DeadLetter.Of(portion.Batch[r.Index], portion.Recipes[r.Index], Sink, r.Reason, now, r.Tries)),
        ];
        await queue.ChangeAsync(store =>
        {
            foreach (var letter in letters) store.Refuse(store.State.Lane(Sink), letter);
        }).ConfigureAwait(false);
        portion.Refused.UnionWith(refused.Select(r => r.Index));
    }

    public async ValueTask AdvanceAsync(Portion portion, int end)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        var batch = portion.Batch;
        var to = end == batch.Count
            ? new Position(portion.Rows[^1].Number + 1, 0)
            : new Position(batch[end].Id.Batch, batch[end].Id.Index);
        var delivered = portion.Delivered(end);
        var first = portion.Done == 0 ? 0 : batch[portion.Done].Id.Batch;

        // The queue's thread comes by for this anyway: it brings the next rows along.
        lock (_gate) _wantsAhead = end == batch.Count;
        var rows = portion.Rows.Where(r => r.Number >= first);
        await queue.ChangeAsync(store => store.Advance(store.State.Lane(Sink), to, rows, delivered)).ConfigureAwait(false);
        portion.Done = end;
        if (end < batch.Count) return;
        portion.Batch.Clear();
        portion.Recipes.Clear();
        lock (_gate) _spare.Push((portion.Batch, portion.Recipes));
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

    /// <summary>Rows were added for the sink.</summary>
    internal void MayHaveMore()
    {
        lock (_gate) _mayHaveMore = true;
    }

    /// <summary>There is nothing more for now.</summary>
    internal void NothingLeft()
    {
        lock (_gate)
        {
            _mayHaveMore = false;
            if (_isFinishing) _waiting?.TrySetResult(null);
        }
    }

    internal void Give(IReadOnlyList<StoredRow> rows, Guid queueId)
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

    private Portion Decode(IReadOnlyList<StoredRow> rows)
    {
        (RecordBatch Batch, List<string> Recipes) spare;
        lock (_gate)
        {
            if (!_spare.TryPop(out spare)) spare = (new RecordBatch(), []);
        }

        var (batch, recipes) = spare;
        batch.Queue = _queueId;
        foreach (var row in rows)
        {
            _decoder.Decode(row.Bytes, row.First, row.Refused, batch, recipes);
            row.Dispose();
        }

        return new Portion(batch, recipes, rows);
    }
}
