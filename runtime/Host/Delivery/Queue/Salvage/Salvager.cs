using PlantRuntime.Host.Delivery.Queue.Format;
using PlantRuntime.Host.Delivery.Queue.Store;

namespace PlantRuntime.Host.Delivery.Queue.Salvage;

/// <summary>
/// Puts what is whole in a damaged file into a new one. Pages that SQLite has freed are read, too, so rows may turn up that were
/// delivered long ago: where the sinks stand tells them apart, and is itself found in the ruins.
/// </summary>
internal sealed class Salvager
{
    /// <summary>Numbers of batches that may have been given out and are not found again.</summary>
    private const long Gap = 1_000_000;

    private readonly PageImage _pages;
    private readonly QueueTables _tables;
    private readonly QueueState _state = new();
    private readonly Dictionary<(string Recipe, string Sink), long> _waiting = [];
    private int _batches;
    private long _records;
    private int _letters;

    private Salvager(PageImage pages, QueueTables tables) => (_pages, _tables) = (pages, tables);

    /// <summary>Fills the new database from a damaged one and its log.</summary>
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
            // Where the account is older than the rows, the rows are right.
            var account = _state.Account(route.Recipe, route.Sink);
            if (account.Waiting < waiting) account.Produced += waiting - account.Waiting;
        }

        foreach (var lane in _state.Lanes) lane.IsDirty = true;
        foreach (var account in _state.Accounts) account.IsDirty = true;
        _state.Save(_tables.StoreState);
        _tables.Run("COMMIT");
        return (_batches, _records, _letters);
    }

    private void FindState()
    {
        var first = new Dictionary<string, long>(StringComparer.Ordinal);
        var next = 1L;
        foreach (var blob in LeafCells.Blobs(_pages))
        {
            if (Sealed.IsWhole(blob, Sealed.State)) _state.Load(0, blob);
            if (!Sealed.IsWhole(blob, Sealed.Batch)) continue;
            var header = BatchHeader.Read(blob);
            next = Math.Max(next, header.Number + 1);
            foreach (var sink in header.Tallies.SelectMany(t => t.Routes.Sinks))
                first[sink] = Math.Min(first.GetValueOrDefault(sink, long.MaxValue), header.Number);
        }

        foreach (var (sink, number) in first)
        {
            if (!_state.HasLane(sink)) _state.Lane(sink).Cursor = new Position(number, 0);
        }

        foreach (var lane in _state.Lanes) (lane.Bytes, lane.DeadBytes) = (0, 0);
        _state.NextNumber = Math.Max(_state.NextNumber, next) + Gap;
    }

    private void Copy()
    {
        var known = new HashSet<long>();
        foreach (var blob in LeafCells.Blobs(_pages))
        {
            if (Sealed.IsWhole(blob, Sealed.DeadLetter)) CopyLetter(blob);
            if (Sealed.IsWhole(blob, Sealed.Batch) && BatchHeader.Read(blob) is var header && known.Add(header.Number)) CopyBatch(header, blob);
        }
    }

    private void CopyBatch(BatchHeader header, byte[] blob)
    {
        var head = new RowHead(header.Number, blob.Length, header.Tallies);
        string[] sinks = [.. header.Tallies.SelectMany(t => t.Routes.Sinks).Distinct()];
        string[] wanting = [.. sinks.Where(s => _state.Lane(s).Needs(header.Number))];
        if (wanting.Length == 0) return;
        _tables.InsertBatch(header.Number, $"\n{string.Join('\n', sinks)}\n", blob);
        foreach (var sink in wanting) _state.Lane(sink).Bytes += head.CostFor(sink);
        foreach (var tally in header.Tallies)
        {
            foreach (var sink in tally.Routes.Sinks.Intersect(wanting))
                _waiting[(tally.Routes.Recipe, sink)] = _waiting.GetValueOrDefault((tally.Routes.Recipe, sink)) + tally.Records;
        }

        _batches++;
        _records += header.Tallies.Sum(t => t.Records);
    }

    private void CopyLetter(byte[] blob)
    {
        var letter = DeadLetter.Read(0, blob);
        _tables.InsertLetter(letter.Sink, blob);
        _state.Lane(letter.Sink).DeadBytes += RowCost.Of(blob.Length);
        _letters++;
    }
}
