using PlantRuntime.Contracts;
using PlantRuntime.Queue.Format;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Removes records that a sink will not get, and counts them: the queue of the sink is full, they are too old, or they are damaged. Never
/// removes rows that are in flight to the sink. Owned by one <see cref="QueueStore"/>; called on the queue thread, changes within a commit
/// of the store; logs nothing. Not thread-safe.
/// </summary>
internal sealed class EvictionPolicy(QueueTables tables, CursorRows rows, QueueState state, RouteAccounting accounting,
    RecordAgeClock clock)
{
    /// <summary>
    /// Drops a sink's oldest rows until a row of this cost fits; does nothing if the sink's overflow policy is <c>block</c>.
    /// </summary>
    public void MakeRoom(SinkCursor cursor, long cost)
    {
        var excess = cursor.Bytes + cost - cursor.Limits.MaxSize.Bytes;
        if (excess <= 0 || cursor.Limits.Overflow == OverflowPolicy.Block) return;
        var enough = cursor.Bytes - excess;
        SkipWhile(cursor, _ => cursor.Bytes > enough, (counters, records) => counters.Dropped += records);
    }

    /// <summary>True if <see cref="Expire"/> would remove a row. Reads rows only up to the first that the sink wants.</summary>
    public bool IsFirstTooOld(SinkCursor cursor) =>
        cursor.Bytes != 0 && rows.First(cursor, cursor.LastRead) is { } first && clock.Read().AgeOf(first) > cursor.Limits.MaxAge;

    /// <summary>Removes the rows that have waited longer than the sink's <c>max_age</c>, and counts them as expired.</summary>
    /// <returns>The number of records.</returns>
    public long Expire(SinkCursor cursor)
    {
        var now = clock.Read();
        return SkipWhile(
            cursor, header => now.AgeOf(header) > cursor.Limits.MaxAge, (counters, records) => counters.Expired += records);
    }

    /// <summary>Deletes a damaged row from the table.</summary>
    /// <returns>The bytes of the row, for the folder of damaged files.</returns>
    public byte[] Remove(long number)
    {
        byte[] bytes = [];
        tables.ReadBatches(number - 1, (found, _, row) =>
        {
            if (found == number) bytes = row.Bytes(2).ToArray();
            return false;
        });
        tables.DeleteBatch(number);
        return bytes;
    }

    /// <summary>
    /// Counts as damaged what a sink's routes still count as waiting. Called when the sink has finished every readable row.
    /// </summary>
    /// <returns>The number of records.</returns>
    public long SettleDamage(SinkCursor cursor)
    {
        var lost = 0L;
        foreach (var counters in state.Counters.Where(a => a.Sink == cursor.Sink && a.Waiting != 0))
        {
            lost += counters.Waiting;
            counters.Damaged += counters.Waiting;
            counters.IsDirty = true;
        }

        cursor.MoveTo(new RecordPosition(Math.Max(cursor.Position.Row, cursor.LastRead + 1), 0));
        cursor.Bytes = 0;
        return lost;
    }

    /// <summary>
    /// Counts as damaged the records that routes count as waiting and no row holds. Called after all readable rows of a damaged file were
    /// copied to this one.
    /// </summary>
    /// <returns>The routes that lost records, and how many.</returns>
    public IReadOnlyList<(RouteCounters Route, long Records)> SettleMissing()
    {
        var found = new Dictionary<(string Recipe, string Sink), long>();
        foreach (var cursor in state.Cursors) (cursor.Bytes, cursor.IsDirty) = (0, true);
        tables.ReadBatches(0, (number, sinks, row) =>
        {
            foreach (var cursor in state.Cursors)
            {
                if (!CursorRows.IsWanted(cursor, number, sinks) || !cursor.Needs(number)) continue;
                if (BatchHeader.TryRead(row.Bytes(2), number) is not { } header) continue;
                cursor.Bytes += header.CostFor(cursor.Sink);
                var (already, rejected) = (number == cursor.Position.Row ? cursor.Position.Index : 0, cursor.RejectedIn(number));
                var (records, recipes) = (new RecordBatch(), new List<string>());
                new BatchDecoder(cursor.Sink).Decode(row.Bytes(2), already, rejected, records, recipes);
                foreach (var recipe in recipes) found[(recipe, cursor.Sink)] = found.GetValueOrDefault((recipe, cursor.Sink)) + 1;
            }

            return true;
        });
        var lost = new List<(RouteCounters, long)>();
        foreach (var counters in state.Counters)
        {
            var missing = counters.Waiting - found.GetValueOrDefault((counters.Recipe, counters.Sink));
            if (missing <= 0) continue;
            counters.Damaged += missing;
            counters.IsDirty = true;
            lost.Add((counters, missing));
        }

        return lost;
    }

    private long SkipWhile(SinkCursor cursor, Func<BatchHeader, bool> isUnwanted, Action<RouteCounters, long> count)
    {
        var skipped = new List<BatchHeader>();
        tables.ReadBatches(cursor.LastRead, (number, sinks, row) =>
        {
            if (!CursorRows.IsWanted(cursor, number, sinks)) return true;
            if (BatchHeader.TryRead(row.Bytes(2), number) is not { } header) return true;
            if (!isUnwanted(header)) return false;
            skipped.Add(header);
            cursor.Bytes -= header.CostFor(cursor.Sink);
            return true;
        });
        var records = 0L;
        foreach (var head in skipped)
        {
            // A row that is partly delivered counts only for the rest.
            var already = head.Number == cursor.Position.Row ? cursor.Position.Index : 0;
            var refused = cursor.RejectedIn(head.Number);
            records += already == 0 && refused.Count == 0
                ? accounting.Count(head.Routes, cursor.Sink, count)
                : CountRest(cursor, head, already, refused, count);
            cursor.Skip(head.Number);
            accounting.DeleteIfDone(head.Number, head.Routes);
        }

        return records;
    }

    private long CountRest(SinkCursor cursor, BatchHeader head, int already, IReadOnlyList<int> refused, Action<RouteCounters, long> count)
    {
        var rest = new Dictionary<string, int>();
        tables.ReadBatches(head.Number - 1, (number, _, row) =>
        {
            var (records, recipes) = (new RecordBatch(), new List<string>());
            new BatchDecoder(cursor.Sink).Decode(row.Bytes(2), already, refused, records, recipes);
            foreach (var recipe in recipes) rest[recipe] = rest.GetValueOrDefault(recipe) + 1;
            return false;
        });
        foreach (var (recipe, records) in rest) accounting.Count(recipe, cursor.Sink, records, count);
        return rest.Values.Sum();
    }
}
