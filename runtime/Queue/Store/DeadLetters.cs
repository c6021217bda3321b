using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Stores the records that sinks rejected permanently. Those of one sink take at most a tenth of its <c>max_size</c>, and at least 1 MB;
/// beyond that the oldest are deleted and stay counted. Owned by one <see cref="QueueStore"/>; called on the queue thread, changes within a
/// commit of the store. Not thread-safe.
/// </summary>
internal sealed class DeadLetters(QueueTables tables, QueueState state)
{
    private const long LeastRoom = 1 << 20;
    private const int MostOfPage = 500;
    private const int MostBytesOfPage = 1 << 20;

    /// <summary>Inserts a dead letter and counts it; deletes the oldest ones of its sink if there is no room.</summary>
    public void Add(DeadLetter letter)
    {
        var bytes = letter.ToBytes();
        var cursor = state.CursorOf(letter.Sink);
        var room = Math.Max(LeastRoom, cursor.Limits.MaxSize.Bytes / 10);
        if (cursor.DeadBytes + RowCost.From(bytes.Length) > room) DeleteOldest(cursor, room - RowCost.From(bytes.Length));
        tables.InsertLetter(letter.Sink, bytes);
        Charge(cursor, RowCost.From(bytes.Length));
        Count(letter, 1);
    }

    /// <summary>Counts the dead letters of a sink.</summary>
    public long Count(string sink) => tables.CountLetters(sink);

    /// <summary>The id of the latest dead letter; 0 if there is none.</summary>
    public long LastId => tables.LetterBefore(0);

    /// <summary>
    /// Returns the next intact dead letters in the order in which they were rejected: at most 500 records or about 1 MB, because one call
    /// runs on the queue thread.
    /// </summary>
    /// <param name="sink">The sink; null for all sinks.</param>
    /// <param name="after">The last id of the page before; 0 for the first page.</param>
    /// <returns>Empty if none is left.</returns>
    public IReadOnlyList<DeadLetter> Page(string? sink, long after = 0)
    {
        var (letters, length) = (new List<DeadLetter>(), 0);
        tables.ReadLetters(sink, after, (id, bytes) =>
        {
            if (!Envelope.IsIntact(bytes, EnvelopeKind.DeadLetter)) return true;
            letters.Add(DeadLetter.Read(id, bytes));
            length += bytes.Length;
            return letters.Count < MostOfPage && length < MostBytesOfPage;
        });
        return letters;
    }

    /// <summary>Returns the latest dead letters of all sinks, at most one page.</summary>
    public IReadOnlyList<DeadLetter> Last(int count) => Page(null, tables.LetterBefore(count - 1) - 1);

    /// <summary>Returns the dead letter with this id; null if it does not exist or is not intact.</summary>
    public DeadLetter? Find(long id)
    {
        DeadLetter? letter = null;
        tables.ReadLetters(null, id - 1, (found, bytes) =>
        {
            if (found == id && Envelope.IsIntact(bytes, EnvelopeKind.DeadLetter)) letter = DeadLetter.Read(id, bytes);
            return false;
        });
        return letter;
    }

    /// <summary>Deletes a dead letter, lowers the counter, and returns its record as a batch to be appended to the queue.</summary>
    public EncodedBatch RemoveForRetry(DeadLetter letter)
    {
        var header = BatchHeader.Read(letter.Batch);
        Delete(letter);
        Count(letter, -1);
        return new EncodedBatch(letter.Batch, header.Routes);
    }

    /// <summary>Deletes a dead letter permanently; its record stays counted as dead-lettered.</summary>
    public void Delete(DeadLetter letter)
    {
        tables.DeleteLetter(letter.Id);
        Charge(state.CursorOf(letter.Sink), -RowCost.From(letter.Length));
    }

    /// <summary>Deletes all dead letters of a sink permanently; their records stay counted as dead-lettered.</summary>
    /// <returns>The number of dead letters.</returns>
    public long DeleteAll(SinkCursor cursor)
    {
        var count = Count(cursor.Sink);
        tables.DeleteLetters(cursor.Sink);
        Charge(cursor, -cursor.DeadBytes);
        return count;
    }

    private void DeleteOldest(SinkCursor cursor, long room)
    {
        var (oldest, excess) = (new List<(long Id, long Cost)>(), cursor.DeadBytes - room);
        tables.ReadLetters(cursor.Sink, 0, (id, bytes) =>
        {
            oldest.Add((id, RowCost.From(bytes.Length)));
            return (excess -= oldest[^1].Cost) > 0;
        });
        foreach (var (id, cost) in oldest)
        {
            tables.DeleteLetter(id);
            Charge(cursor, -cost);
        }
    }

    private void Count(DeadLetter letter, int records)
    {
        var counters = state.CountersOf(letter.Recipe, letter.Sink);
        counters.DeadLettered += records;
        counters.IsDirty = true;
    }

    private static void Charge(SinkCursor cursor, long bytes)
    {
        cursor.DeadBytes = Math.Max(0, cursor.DeadBytes + bytes);
        cursor.IsDirty = true;
    }
}
