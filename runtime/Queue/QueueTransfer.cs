using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue;

/// <summary>Tells how a page of a transfer ended.</summary>
internal enum TransferState
{
    /// <summary>More rows may wait.</summary>
    More,

    /// <summary>No row waits for the first sink any more.</summary>
    Done,

    /// <summary>The next row does not fit into the <c>max_size</c> of the second sink.</summary>
    Full,

    /// <summary>A session of the first sink is open.</summary>
    InUse,
}

/// <summary>Counts what a transfer did.</summary>
/// <param name="Records">Records that were moved or dropped.</param>
/// <param name="Damaged">Records that could not be read, counted as damaged.</param>
/// <param name="Letters">Dead letters of the first sink: those that stay after a move, those that were deleted otherwise.</param>
/// <param name="State">How the last page ended.</param>
internal readonly record struct TransferResult(long Records, long Damaged, long Letters, TransferState State);

/// <summary>
/// Moves the waiting records of a sink that the site no longer has to another sink, or drops them, a page of rows at a time. Each record is
/// encoded again under a new number behind the rows of the other sink; it keeps its time and its age. Owned by one <see cref="DiskQueue"/>;
/// runs on the queue thread, within a commit of the store.
/// </summary>
internal sealed class QueueTransfer(QueueFolder folder, ConsumerRegistry consumers, PlantLog log)
{
    /// <summary>Records of a page, so that one transaction takes some milliseconds.</summary>
    private const int PageRecords = 5000;

    private const int PageBytes = 2 << 20;

    /// <summary>Moves or drops the next rows. Refuses while a session of the first sink is open, because it has rows in flight.</summary>
    public TransferResult RunPage(QueueStore store, string from, string? to)
    {
        if (!store.State.HasCursor(from)) return new TransferResult { State = TransferState.Done };
        var consumer = consumers.Find(from);
        if (consumer is { IsClosed: false }) return new TransferResult { State = TransferState.InUse };
        if (consumer is not null) consumer.IsRevoked = true;
        var cursor = store.State.CursorOf(from);
        cursor.Rewind();
        var damaged = new List<long>();
        var rows = store.ReadRows(cursor, PageRecords, PageBytes, damaged);
        var moved = new Dictionary<string, int>(StringComparer.Ordinal);
        var finished = new List<StoredRow>();
        var isFull = false;
        foreach (var row in rows)
        {
            var (batch, recipes) = Encode(row, from, to ?? from);
            isFull = to is not null && recipes.Count > 0 && !Fits(store, to, batch);
            if (isFull) break;
            if (to is not null && recipes.Count > 0) store.Append(batch, isNew: false, store.WaitedSince(row.StoredAt));
            foreach (var (recipe, records) in recipes) moved[recipe] = moved.GetValueOrDefault(recipe) + records;
            finished.Add(row);
        }

        if (finished.Count > 0) Account(store, cursor, finished, moved, to);
        foreach (var row in rows) row.Dispose();
        foreach (var number in damaged) folder.Save($"batch-{number}.bin", store.Eviction.Remove(number));
        cursor.Rewind();
        var result = new TransferResult(moved.Values.Sum(), 0, 0, isFull ? TransferState.Full : TransferState.More);
        return rows.Count > 0 || damaged.Count > 0 ? result : Complete(store, cursor, to);
    }

    /// <summary>Logs what a transfer did; any thread.</summary>
    public void Log(string from, string? to, TransferResult result)
    {
        if (result.Damaged > 0)
        {
            log.Error($"DAMAGED sink={from} records={result.Damaged} "
                + $"reason=\"the disk gave them back changed, or not at all\" kept=\"{folder.Damaged.Path}\"");
        }

        if (to is not null) log.Info($"TRANSFERRED sink={from} to={to} records={result.Records} state={result.State}");
        else if (result.State == TransferState.Done)
            log.Warn($"FORGOTTEN sink={from} dropped={result.Records} letters={result.Letters} reason=\"a user dropped its records\"");
    }

    private static void Account(
        QueueStore store, SinkCursor cursor, List<StoredRow> rows, Dictionary<string, int> records, string? to)
    {
        if (to is null)
        {
            store.Release(cursor, rows, records, (counters, n) => counters.Dropped += n);
            return;
        }

        store.Release(cursor, rows, records, (counters, n) =>
        {
            counters.Produced -= n;
            counters.MovedOut += n;
        });
        foreach (var (recipe, number) in records) store.CountMovedIn(recipe, to, number);
    }

    /// <summary>Counts what cannot be read, and forgets the sink if its records were dropped.</summary>
    private static TransferResult Complete(QueueStore store, SinkCursor cursor, string? to)
    {
        var lost = store.State.Counters.Any(c => c.Sink == cursor.Sink && c.Waiting != 0) ? store.Eviction.SettleDamage(cursor) : 0;
        if (to is not null) return new TransferResult(0, lost, store.DeadLetters.Count(cursor.Sink), TransferState.Done);
        var letters = store.DeadLetters.DeleteAll(cursor);
        store.State.Remove(cursor);
        return new TransferResult(0, lost, letters, TransferState.Done);
    }

    private static bool Fits(QueueStore store, string to, EncodedBatch batch)
    {
        var cursor = store.State.CursorOf(to);
        return cursor.Bytes + BatchHeader.CostFor(batch.Bytes.Length, batch.Routes, to) <= cursor.Limits.MaxSize.Bytes;
    }

    /// <summary>Encodes the records of a row that one sink has not finished, for another sink; counts them by recipe.</summary>
    private static (EncodedBatch Batch, Dictionary<string, int> Recipes) Encode(StoredRow row, string from, string to)
    {
        var (records, recipes, encoder) = (new RecordBatch(), new List<string>(), new BatchEncoder());
        new BatchDecoder(from).Decode(row.Bytes, row.First, row.Rejected, records, recipes);
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var routes = new Dictionary<string, RouteSet>(StringComparer.Ordinal);
        for (var i = 0; i < records.Count; i++)
        {
            if (!routes.TryGetValue(recipes[i], out var route)) routes.Add(recipes[i], route = new RouteSet(recipes[i], [to]));
            encoder.Add(route, records[i].Time, records[i].Device, records[i].Samples.Span, records[i].Json.Span);
            counts[recipes[i]] = counts.GetValueOrDefault(recipes[i]) + 1;
        }

        return (encoder.Complete(), counts);
    }
}
