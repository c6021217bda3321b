using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// Records that sinks refused. They take at most a tenth of what may wait for their sink, 1 MB at least; then the oldest leave, still
/// counted. Changes run within a commit of the store.
/// </summary>
internal sealed class DeadLetters(QueueTables tables, QueueState state)
{
    private const long LeastRoom = 1 << 20;
    private const int MostOfPage = 500;
    private const int MostBytesOfPage = 1 << 20;

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

    /// <summary>How many there are of a sink.</summary>
    public long Count(string sink) => tables.CountLetters(sink);

    /// <summary>The number of the one that was refused last; 0 when there is none.</summary>
    public long LastId => tables.LetterBefore(0);

    /// <summary>
    /// Some of a sink, or of all sinks when it is null, in the order in which they were refused: there may be very many, so they come by pages.
    /// </summary>
    /// <param name="sink">The sink.</param>
    /// <param name="after">The last number of the page before; 0 at first.</param>
    /// <returns>Empty when none is left.</returns>
    public IReadOnlyList<DeadLetter> Page(string? sink, long after = 0)
    {
        var (letters, length) = (new List<DeadLetter>(), 0);
        tables.ReadLetters(sink, after, (id, bytes) =>
        {
            if (!Sealed.IsWhole(bytes, Sealed.DeadLetter)) return true;
            letters.Add(DeadLetter.Read(id, bytes));
            length += bytes.Length;
            return letters.Count < MostOfPage && length < MostBytesOfPage;
        });
        return letters;
    }

    /// <summary>The last few, of all sinks.</summary>
    public IReadOnlyList<DeadLetter> Last(int count) => Page(null, tables.LetterBefore(count - 1) - 1);

    /// <summary>One by its number; null when there is none.</summary>
    public DeadLetter? Find(long id)
    {
        DeadLetter? letter = null;
        tables.ReadLetters(null, id - 1, (found, bytes) =>
        {
            if (found == id && Sealed.IsWhole(bytes, Sealed.DeadLetter)) letter = DeadLetter.Read(id, bytes);
            return false;
        });
        return letter;
    }

    /// <summary>Takes one out, to be sent again.</summary>
    public EncodedBatch TakeForRetry(DeadLetter letter)
    {
        var header = BatchHeader.Read(letter.Batch);
        Delete(letter);
        Count(letter, -1);
        return new EncodedBatch(letter.Batch, header.Tallies);
    }

    /// <summary>Removes one for good; it stays counted.</summary>
    public void Delete(DeadLetter letter)
    {
        tables.DeleteLetter(letter.Id);
        Charge(state.Lane(letter.Sink), -RowCost.Of(letter.Length));
    }

    private void Forget(Lane lane, long room)
    {
        var (oldest, excess) = (new List<(long Id, long Cost)>(), lane.DeadBytes - room);
        tables.ReadLetters(lane.Sink, 0, (id, bytes) =>
        {
            oldest.Add((id, RowCost.Of(bytes.Length)));
            return (excess -= oldest[^1].Cost) > 0;
        });
        foreach (var (id, cost) in oldest)
        {
            tables.DeleteLetter(id);
            Charge(lane, -cost);
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
