using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>Counts what becomes of records, by route, and lets go of rows that no sink needs any more.</summary>
internal sealed class Ledger(QueueTables tables, QueueState state)
{
    /// <summary>Counts all records of these ways, for one sink or for each of theirs.</summary>
    /// <returns>How many it were.</returns>
    public long Count(IEnumerable<Tally> tallies, string? onlySink, Action<Account, int> count)
    {
        var all = 0L;
        foreach (var tally in tallies)
        {
            foreach (var sink in tally.Routes.Sinks)
            {
                if (onlySink is not null && sink != onlySink) continue;
                Count(tally.Routes.Recipe, sink, tally.Records, count);
                all += tally.Records;
            }
        }

        return all;
    }

    /// <summary>Counts records of one route.</summary>
    public void Count(string recipe, string sink, int records, Action<Account, int> count)
    {
        var account = state.Account(recipe, sink);
        count(account, records);
        account.IsDirty = true;
    }

    /// <summary>Deletes a row when no sink needs it.</summary>
    public void DeleteIfDone(RowHead row)
    {
        foreach (var tally in row.Tallies)
        {
            foreach (var sink in tally.Routes.Sinks)
            {
                if (state.Lane(sink).Needs(row.Number)) return;
            }
        }

        tables.DeleteBatch(row.Number);
    }
}
