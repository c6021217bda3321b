using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// Records that sinks refused. They take at most a tenth of what may wait for their sink, 1 MB at least; then the oldest leave, still
/// counted. Changes run within a commit of the store.
/// </summary>
internal sealed class DeadLetters(QueueTables tables, QueueState state)
{
    private const long LeastRoom = 1 << 20;

    /// <summary>Adds one and counts it.</summary>
    public void Add(DeadLetter letter)
    {
        var bytes = letter.ToBytes();
        var lane = state.Lane(letter.Sink);
        var room = Math.Max(LeastRoom, lane.Options.MaxSize.Bytes / 10);
        if (lane.DeadBytes + RowCost.Of(bytes.Length) > room) Forget(lane, room - RowCost.Of(bytes.Length));
        tables.InsertLetter(letter.Sink, bytes);
        Charge(lane, RowCost.Of(bytes.Length));
        Count(letter, 1);
    }

    /// <summary>Those of a sink, or of all sinks when it is null, in the order in which they were refused.</summary>
    public IReadOnlyList<DeadLetter> List(string? sink)
    {
        var letters = new List<DeadLetter>();
        tables.ReadLetters((id, bytes) =>
        {
            if (!Sealed.IsWhole(bytes, Sealed.DeadLetter)) return true;
            var letter = DeadLetter.Read(id, bytes);
            if (sink is null || letter.Sink == sink) letters.Add(letter);
            return true;
        });
        return letters;
    }

    /// <summary>Takes one out, to be sent again.</summary>
    public EncodedBatch TakeForRetry(DeadLetter letter)
    {
        Delete(letter);
        Count(letter, -1);
        var header = BatchHeader.Read(letter.Batch);
        return new EncodedBatch(letter.Batch, header.Tallies);
    }

    /// <summary>Removes one for good; it stays counted.</summary>
    public void Delete(DeadLetter letter)
    {
        tables.DeleteLetter(letter.Id);
        Charge(state.Lane(letter.Sink), -RowCost.Of(letter.ToBytes().Length));
    }

    private void Forget(Lane lane, long room)
    {
        foreach (var letter in List(lane.Sink))
        {
            if (lane.DeadBytes <= room) return;
            Delete(letter);
        }
    }

    private void Count(DeadLetter letter, int records)
    {
        var account = state.Account(letter.Recipe, letter.Sink);
        account.DeadLettered += records;
        account.IsDirty = true;
    }

    private static void Charge(Lane lane, long bytes)
    {
        lane.DeadBytes = Math.Max(0, lane.DeadBytes + bytes);
        lane.IsDirty = true;
    }
}
