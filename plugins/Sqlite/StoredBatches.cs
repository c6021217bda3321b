using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// Which batches are in the file, kept in the same transaction as their rows: one that comes again, after a crash between storing and
/// remembering, is known. The last 1,000 are remembered; the host sends at most a few again.
/// </summary>
internal sealed class StoredBatches : IDisposable
{
    private const int Remembered = 1000;
    private readonly Database _database;
    private readonly Statement _find;
    private readonly Statement _store;
    private readonly Statement _forget;
    private readonly byte[] _queue = new byte[16];

    public StoredBatches(Database database)
    {
        _database = database;
        _find = database.Prepare($"SELECT records FROM {Schema.Batches} WHERE queue = ?1 AND batch = ?2");
        _store = database.Prepare($"INSERT OR REPLACE INTO {Schema.Batches} (queue, batch, records) VALUES (?1, ?2, ?3)");
        _forget = database.Prepare($"DELETE FROM {Schema.Batches} WHERE number <= ?1");
    }

    /// <summary>How many records of this batch are stored already: 0 for a new one, and for one without an identity.</summary>
    public int Count(RecordBatch batch)
    {
        if (batch.Queue == Guid.Empty) return 0;
        BindIdentity(_find, batch);
        if (!_find.Step()) return 0;
        var count = (int)_find.Long(0);
        _find.Reset();
        return count;
    }

    /// <summary>Remembers that all of this batch is stored.</summary>
    public void Add(RecordBatch batch)
    {
        if (batch.Queue == Guid.Empty) return;
        BindIdentity(_store, batch);
        _store.Bind(3, batch.Count);
        _store.Step();
        _forget.Bind(1, _database.LastRowId - Remembered);
        _forget.Step();
    }

    public void Dispose()
    {
        _find.Dispose();
        _store.Dispose();
        _forget.Dispose();
    }

    private void BindIdentity(Statement statement, RecordBatch batch)
    {
        batch.Queue.TryWriteBytes(_queue);
        statement.BindBlob(1, _queue);
        statement.Bind(2, batch.Number);
    }
}
