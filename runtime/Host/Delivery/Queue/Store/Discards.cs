using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// What is given up before a sink has it, and counted: too much, too old, damaged. Nothing that is on its way is touched.
/// </summary>
internal sealed class Discards(QueueTables tables, LaneRows rows, QueueState state, Ledger ledger, AgeClock clock)
{
    /// <summary>Makes room for a row of this cost: the oldest rows go, unless the sink wants its recipes to wait.</summary>
    public void MakeRoom(Lane lane, long cost)
    {
        var excess = lane.Bytes + cost - lane.Options.MaxSize.Bytes;
        if (excess <= 0 || lane.Options.WhenFull == WhenFull.Block) return;
        var enough = lane.Bytes - excess;
        SkipWhile(lane, _ => lane.Bytes > enough, (account, records) => account.Dropped += records);
    }

    /// <summary>True when <see cref="Expire"/> has something to do.</summary>
    public bool IsFirstTooOld(Lane lane) =>
        lane.Bytes != 0 && rows.First(lane, lane.Taken) is { } first && first.Age < clock.Now.Age - lane.Options.MaxAge;

    /// <summary>Gives up what has waited too long.</summary>
    /// <returns>Number of records.</returns>
    public long Expire(Lane lane)
    {
        var oldest = clock.Now.Age - lane.Options.MaxAge;
        return oldest <= TimeSpan.Zero ? 0 : SkipWhile(lane, header => header.Age < oldest, (account, records) => account.Expired += records);
    }

    /// <summary>Takes a damaged row out of the table.</summary>
    /// <returns>Its bytes, to be kept aside.</returns>
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
    /// A sink that has done with every row that is there has lost what its routes still count as waiting: to a damaged disk.
    /// </summary>
    /// <returns>Number of records.</returns>
    public long SettleDamage(Lane lane)
    {
        var lost = 0L;
        foreach (var account in state.Accounts.Where(a => a.Sink == lane.Sink && a.Waiting != 0))
        {
            lost += account.Waiting;
            account.Damaged += account.Waiting;
            account.IsDirty = true;
        }

        lane.MoveTo(new Position(Math.Max(lane.Cursor.Row, lane.Taken + 1), 0));
        lane.Bytes = 0;
        return lost;
    }

    private long SkipWhile(Lane lane, Func<BatchHeader, bool> isUnwanted, Action<Account, int> count)
    {
        var skipped = new List<RowHead>();
        tables.ReadBatches(lane.Taken, (number, sinks, row) =>
        {
            if (!LaneRows.Concerns(lane, number, sinks)) return true;
            var data = row.Bytes(2);
            if (BatchHeader.TryRead(data) is not { } header) return true;
            if (!isUnwanted(header)) return false;
            var head = new RowHead(number, data.Length, header.Tallies);
            skipped.Add(head);
            lane.Bytes -= head.CostFor(lane.Sink);
            return true;
        });
        var records = 0L;
        foreach (var head in skipped)
        {
            // A row that is partly delivered counts only for the rest.
            var already = head.Number == lane.Cursor.Row ? lane.Cursor.Index : 0;
            var refused = lane.RefusedOf(head.Number);
            records += already == 0 && refused.Count == 0
                ? ledger.Count(head.Tallies, lane.Sink, count)
                : CountRest(lane, head, already, refused, count);
            lane.Skip(head.Number);
            ledger.DeleteIfDone(head);
        }

        return records;
    }

    private long CountRest(Lane lane, RowHead head, int already, IReadOnlyList<int> refused, Action<Account, int> count)
    {
        var rest = new Dictionary<string, int>();
        tables.ReadBatches(head.Number - 1, (number, _, row) =>
        {
            var (records, recipes) = (new RecordBatch(), new List<string>());
            new BatchDecoder(lane.Sink).Decode(row.Bytes(2), already, refused, records, recipes);
            foreach (var recipe in recipes) rest[recipe] = rest.GetValueOrDefault(recipe) + 1;
            return false;
        });
        foreach (var (recipe, records) in rest) ledger.Count(recipe, lane.Sink, records, count);
        return rest.Values.Sum();
    }
}
