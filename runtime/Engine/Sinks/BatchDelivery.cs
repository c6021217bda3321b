using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks.Asking;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Queue;

namespace PlantRuntime.Engine.Sinks;

/// <summary>
/// Delivers one batch to a sink, in slices if it takes fewer records at a time, and isolates the records that the sink rejects. If the
/// sink does not name the rejected records, the slice is divided into eighths and sent again, so that one bad record of 500 is found after
/// three divisions. Questions are slices of their own, whose answers wait for DequeueAnswers. The batch is sealed until Release: the sink
/// can only read it. Owned by one <see cref="SinkSession"/>, which sends one slice at a time; performs no I/O itself and retries no other
/// failure.
/// </summary>
internal sealed class BatchDelivery
{
    private const int Divisor = 8;
    private const string NoAnswers = "the sink gives no answers";
    private readonly LinkedList<Slice> _slices = new();
    private readonly List<RejectedRecord> _rejected = [];
    private readonly List<QuestionOutcome> _answers = [];
    private bool _hasReply;

    /// <param name="batch">The batch.</param>
    /// <param name="most">Most records that the sink takes at a time.</param>
    /// <param name="lease">The lease under which the host sends; null without one.</param>
    public BatchDelivery(SinkBatch batch, int most, RecordLease? lease = null)
    {
        Batch = batch;
        batch.Batch.Lease = lease;
        batch.Batch.IsSealed = true;
        int[] records = [.. Enumerable.Range(batch.Done, batch.Batch.Count - batch.Done).Where(i => !batch.Rejected.Contains(i))];
        foreach (var slice in Slices(records, most)) _slices.AddLast(slice);
    }

    public SinkBatch Batch { get; }

    /// <summary>True when every record is stored, answered or rejected.</summary>
    public bool IsDone => _slices.Count == 0;

    /// <summary>True when the next slice has questions.</summary>
    public bool IsAsking => _slices.First is { Value.IsQuestion: true };

    /// <summary>Index of the first record that is neither stored, answered nor rejected.</summary>
    public int End => _slices.First is { } first ? first.Value.Records[0] : Batch.Batch.Count;

    /// <summary>Returns the rejected records that were not returned before.</summary>
    public IReadOnlyList<RejectedRecord> DequeueRejected()
    {
        RejectedRecord[] rejected = [.. _rejected];
        _rejected.Clear();
        return rejected;
    }

    /// <summary>Returns the answers that were not returned before, in the order of their records.</summary>
    public IReadOnlyList<QuestionOutcome> DequeueAnswers()
    {
        QuestionOutcome[] answers = [.. _answers];
        _answers.Clear();
        return answers;
    }

    /// <summary>Returns whether the receiver stored, answered or rejected something since the last call.</summary>
    public bool ConsumeReply()
    {
        var hasReply = _hasReply;
        _hasReply = false;
        return hasReply;
    }

    /// <summary>Makes the next slice of records whose answers no recipe has processed.</summary>
    /// <param name="records">Their indexes, ascending; before all records that are not done.</param>
    public void AskAgain(int[] records)
    {
        if (records.Length > 0) _slices.AddFirst(new Slice(records, 0, IsQuestion: true));
    }

    /// <summary>Unseals the batch, so that its source can reuse its memory.</summary>
    public void Release() => Batch.Batch.IsSealed = false;

    /// <summary>Sends the next slice once. A rejection divides the slice or removes records from it.</summary>
    /// <param name="write">Writes a batch.</param>
    /// <param name="questions">Asks questions; null if the sink gives no answers.</param>
    /// <exception cref="Exception">The exception of the sink, other than a rejection: nothing of the slice is stored.</exception>
    public async Task SendNextAsync(Func<RecordBatch, ValueTask> write, QuestionSender? questions)
    {
        var slice = _slices.First!.Value;
        if (slice.IsQuestion)
        {
            await AskAsync(slice, questions).ConfigureAwait(false);
            return;
        }

        try
        {
            await write(BatchFrom(slice)).ConfigureAwait(false);
            _slices.RemoveFirst();
            _hasReply = true;
        }
        catch (RejectedException rejected)
        {
            _slices.RemoveFirst();
            _hasReply = true;
            Divide(slice with { Tries = slice.Tries + 1 }, rejected);
        }
    }

    private async Task AskAsync(Slice slice, QuestionSender? questions)
    {
        var outcomes = questions is not null ? await questions.AskAsync(Batch, slice.Records).ConfigureAwait(false)
            : [.. slice.Records.Select(i => new QuestionOutcome(i, Batch.Batch[i].Id, default, NoAnswers, 0, WasSent: false))];
        _slices.RemoveFirst();
        _hasReply |= outcomes.Any(o => o.WasSent);
        _answers.AddRange(outcomes.Where(o => o.Refusal is null));
        _rejected.AddRange(outcomes.Where(o => o.Refusal is not null).Select(o => new RejectedRecord(o.Index, o.Refusal!, o.Tries)));
        AskAgain(slice.Records[outcomes.Count..]);
    }

    /// <summary>Divides records into runs of questions and of others.</summary>
    private IEnumerable<Slice> Slices(int[] records, int most)
    {
        for (int start = 0, end; start < records.Length; start = end)
        {
            var isQuestion = QuestionRoute.IsQuestion(Batch.Recipes[records[start]]);
            for (end = start + 1; end < records.Length && QuestionRoute.IsQuestion(Batch.Recipes[records[end]]) == isQuestion; end++)
            {
            }

            foreach (var piece in records[start..end].Chunk(isQuestion ? records.Length : most))
                yield return new Slice(piece, 0, isQuestion);
        }
    }

    private RecordBatch BatchFrom(Slice slice)
    {
        if (slice.Records.Length == Batch.Batch.Count) return Batch.Batch;
        var batch = new RecordBatch { Queue = Batch.Batch.Queue, Lease = Batch.Batch.Lease };
        foreach (var index in slice.Records) batch.Add(Batch.Batch[index]);
        batch.IsSealed = true;
        return batch;
    }

    private void Divide(Slice slice, RejectedException rejected)
    {
        var reason = PluginFault.Describe(rejected);
        if (ValidIndexes(rejected, slice.Records.Length) is { Count: > 0 } named)
        {
            foreach (var i in named) _rejected.Add(new RejectedRecord(slice.Records[i], reason, slice.Tries));
            int[] rest = [.. slice.Records.Where((_, i) => !named.Contains(i))];
            if (rest.Length > 0 && !rejected.OthersAreStored) _slices.AddFirst(slice with { Records = rest });
        }
        else if (slice.Records.Length == 1)
        {
            _rejected.Add(new RejectedRecord(slice.Records[0], reason, slice.Tries));
        }
        else
        {
            var size = (slice.Records.Length + Divisor - 1) / Divisor;
            foreach (var piece in slice.Records.Chunk(size).Reverse()) _slices.AddFirst(slice with { Records = piece });
        }
    }

    /// <summary>Returns the indexes that a rejection names; null if it names none or one that is not in the slice.</summary>
    private static HashSet<int>? ValidIndexes(RejectedException rejected, int count)
    {
        try
        {
            // The list is an object of the plugin, so that enumerating it can throw or never end.
            var indexes = rejected.Indexes?.Take(count + 1).ToList();
            return indexes is not null && indexes.All(i => i >= 0 && i < count) ? indexes.ToHashSet() : null;
        }
        catch (Exception)
        {
            return null;
        }
    }

    /// <summary>Names the records of the batch that are sent together. Immutable.</summary>
    /// <param name="Records">Their indexes in the batch, ascending.</param>
    /// <param name="Tries">Number of attempts in which they were rejected together with others.</param>
    /// <param name="IsQuestion">True if the sink answers each of them.</param>
    private sealed record Slice(int[] Records, int Tries, bool IsQuestion = false);
}
