using PlantRuntime.Contracts;
using PlantRuntime.Storage;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// The table with the last stored record of each sink and queue, updated in the same transaction as the rows of the records. The identities
/// of a queue ascend, so every record up to that one is stored. There is a row per sink, because sinks of one queue store different
/// records. Belongs to one <see cref="SqliteStore"/>, which calls it inside each transaction; <see cref="SqliteSchema"/> creates the table.
/// </summary>
internal sealed class SqliteProgressTable : IDisposable
{
    private readonly Statement _find;
    private readonly Statement _store;
    private readonly Utf8Buffer _text = new();
    private readonly byte[] _queue = new byte[16];
    private readonly string _sink;

    public SqliteProgressTable(Database database, string sink)
    {
        _sink = sink;
        _find = database.Prepare($"SELECT batch, record FROM {SqliteSchema.Progress} WHERE sink = ?1 AND queue = ?2");
        _store = database.Prepare($"INSERT OR REPLACE INTO {SqliteSchema.Progress} (sink, queue, batch, record) VALUES (?1, ?2, ?3, ?4)");
    }

    /// <summary>Returns the index of the first record that is not stored yet: 0 in a new batch, and in one without an identity.</summary>
    public int FirstNew(RecordBatch batch)
    {
        if (batch.Queue == Guid.Empty) return 0;
        BindQueue(_find, batch.Queue);
        if (!_find.Step()) return 0;
        var stored = (_find.Long(0), _find.Long(1));
        _find.Reset();
        var first = 0;
        while (first < batch.Count && batch[first].Id is var id && (id.Batch, (long)id.Index).CompareTo(stored) <= 0) first++;
        return first;
    }

    /// <summary>Marks all records up to this one as stored.</summary>
    public void Advance(RecordId last)
    {
        if (last.Queue == Guid.Empty) return;
        BindQueue(_store, last.Queue);
        _store.Bind(3, last.Batch);
        _store.Bind(4, last.Index);
        _store.Step();
    }

    public void Dispose()
    {
        _find.Dispose();
        _store.Dispose();
    }

    private void BindQueue(Statement statement, Guid queue)
    {
        queue.TryWriteBytes(_queue);
        statement.BindText(1, _text.Encode(_sink));
        statement.BindBlob(2, _queue);
    }
}
