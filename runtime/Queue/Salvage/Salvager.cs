using PlantRuntime.Queue.Format;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Queue.Salvage;

/// <summary>
/// Copies the intact rows of a damaged queue file into a new one. Also reads pages that SQLite has freed, where rows remain that were
/// delivered long ago; the salvaged cursors of the sinks exclude them. Created for one run by <see cref="QueueRepair"/>; does blocking disk
/// I/O, one transaction; logs nothing.
/// </summary>
internal sealed class Salvager
{
    /// <summary>
    /// 1,000,000: the batch numbers skipped, so that no new batch gets the number of a lost batch that a sink may have seen.
    /// </summary>
    private const long Gap = 1_000_000;

    private readonly PageImage _pages;
    private readonly QueueTables _tables;
    private readonly QueueState _state = new();
    private readonly Dictionary<(string Recipe, string Sink), long> _waiting = [];
    private int _batches;
    private long _records;
    private int _letters;

    private Salvager(PageImage pages, QueueTables tables) => (_pages, _tables) = (pages, tables);

    /// <summary>Fills the new database from a damaged one and its write-ahead log.</summary>
    /// <returns>The numbers of batches, records and dead letters that were copied.</returns>
    public static (int Batches, long Records, int Letters) Run(string path, string logPath, Database database)
    {
        using var pages = new PageImage(path, logPath);
        using var tables = new QueueTables(database);
        return new Salvager(pages, tables).Run();
    }

    private (int Batches, long Records, int Letters) Run()
    {
        FindState();
        _tables.Run("BEGIN IMMEDIATE");
        Copy();
        foreach (var (route, waiting) in _waiting)
        {
            // If the salvaged counters are older than the rows, the rows are right.
            var counters = _state.CountersOf(route.Recipe, route.Sink);
            if (counters.Waiting < waiting) counters.Produced += waiting - counters.Waiting;
        }

        _state.MarkAllChanged();
        _state.Save(_tables.StoreState, _tables.DeleteState);
        _tables.Run("COMMIT");
        return (_batches, _records, _letters);
    }

    private void FindState()
    {
        var first = new Dictionary<string, long>(StringComparer.Ordinal);
        var next = 1L;
        foreach (var blob in LeafCells.Blobs(_pages))
        {
            if (Envelope.IsIntact(blob, EnvelopeKind.State)) _state.Load(0, blob);
            if (!Envelope.IsIntact(blob, EnvelopeKind.Batch)) continue;
            var header = BatchHeader.Read(blob);
            next = Math.Max(next, header.Number + 1);
            foreach (var sink in header.Routes.SelectMany(t => t.Route.Sinks))
                first[sink] = Math.Min(first.GetValueOrDefault(sink, long.MaxValue), header.Number);
        }

        foreach (var (sink, number) in first)
        {
            if (!_state.HasCursor(sink)) _state.CursorOf(sink).Position = new RecordPosition(number, 0);
        }

        foreach (var cursor in _state.Cursors) (cursor.Bytes, cursor.DeadBytes) = (0, 0);
        _state.NextNumber = Math.Max(_state.NextNumber, next) + Gap;
    }

    private void Copy()
    {
        var known = new HashSet<long>();
        foreach (var blob in LeafCells.Blobs(_pages))
        {
            if (Envelope.IsIntact(blob, EnvelopeKind.DeadLetter)) CopyLetter(blob);
            if (Envelope.IsIntact(blob, EnvelopeKind.Batch) && BatchHeader.Read(blob) is var header && known.Add(header.Number))
                CopyBatch(header, blob);
        }
    }

    private void CopyBatch(BatchHeader header, byte[] blob)
    {
        string[] sinks = [.. header.Routes.SelectMany(t => t.Route.Sinks).Distinct()];
        string[] wanting = [.. sinks.Where(s => _state.CursorOf(s).Needs(header.Number))];
        if (wanting.Length == 0) return;
        _tables.InsertBatch(header.Number, $"\n{string.Join('\n', sinks)}\n", blob);
        foreach (var sink in wanting) _state.CursorOf(sink).Bytes += header.CostFor(sink);
        foreach (var tally in header.Routes)
        {
            foreach (var sink in tally.Route.Sinks.Intersect(wanting))
                _waiting[(tally.Route.Recipe, sink)] = _waiting.GetValueOrDefault((tally.Route.Recipe, sink)) + tally.Records;
        }

        _batches++;
        _records += header.Routes.Sum(t => t.Records);
    }

    private void CopyLetter(byte[] blob)
    {
        var letter = DeadLetter.Read(0, blob);
        _tables.InsertLetter(letter.Sink, blob);
        _state.CursorOf(letter.Sink).DeadBytes += RowCost.From(blob.Length);
        _letters++;
    }
}
