using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery;

/// <summary>
/// A portion on its way to a sink. What the sink refuses is taken out; when it does not say which record it means, the portion is sent
/// again in eighths, so that a bad record of 500 is found at the fourth try.
/// </summary>
internal sealed class Dispatch
{
    private const int Divisor = 8;
    private readonly LinkedList<Part> _parts = new();
    private readonly List<Refusal> _refused = [];

    public Dispatch(Portion portion)
    {
        Portion = portion;
        int[] records = [.. Enumerable.Range(portion.Done, portion.Batch.Count - portion.Done).Where(i => !portion.Refused.Contains(i))];
        if (records.Length > 0) _parts.AddFirst(new Part(records, 0));
    }

    public Portion Portion { get; }

    /// <summary>True when every record is stored or refused.</summary>
    public bool IsDone => _parts.Count == 0;

    /// <summary>Place of the first record that is neither stored nor refused.</summary>
    public int End => _parts.First is { } first ? first.Value.Records[0] : Portion.Batch.Count;

    /// <summary>Those that were refused and were not asked for yet.</summary>
    public IReadOnlyList<Refusal> TakeRefused()
    {
        Refusal[] refused = [.. _refused];
        _refused.Clear();
        return refused;
    }

    /// <summary>Sends the next part once.</summary>
    /// <exception cref="Exception">What the sink threw, other than a refusal: nothing of the part is stored.</exception>
    public async Task SendNextAsync(Func<RecordBatch, ValueTask> write)
    {
        var part = _parts.First!.Value;
        try
        {
            await write(BatchOf(part)).ConfigureAwait(false);
            _parts.RemoveFirst();
        }
        catch (RejectedException rejected)
        {
            _parts.RemoveFirst();
            Divide(part with { Tries = part.Tries + 1 }, rejected);
        }
    }

    private RecordBatch BatchOf(Part part)
    {
        if (part.Records.Length == Portion.Batch.Count) return Portion.Batch;
        var batch = new RecordBatch { Queue = Portion.Batch.Queue };
        foreach (var index in part.Records) batch.Add(Portion.Batch[index]);
        return batch;
    }

    private void Divide(Part part, RejectedException rejected)
    {
        if (rejected.Indexes is { Count: > 0 } indexes && indexes.All(i => i >= 0 && i < part.Records.Length))
        {
            var named = indexes.ToHashSet();
            foreach (var i in named) _refused.Add(new Refusal(part.Records[i], rejected.Message, part.Tries));
            int[] rest = [.. part.Records.Where((_, i) => !named.Contains(i))];
            if (rest.Length > 0 && !rejected.OthersAreStored) _parts.AddFirst(part with { Records = rest });
        }
        else if (part.Records.Length == 1)
        {
            _refused.Add(new Refusal(part.Records[0], rejected.Message, part.Tries));
        }
        else
        {
            var size = (part.Records.Length + Divisor - 1) / Divisor;
            foreach (var piece in part.Records.Chunk(size).Reverse()) _parts.AddFirst(part with { Records = piece });
        }
    }
}
