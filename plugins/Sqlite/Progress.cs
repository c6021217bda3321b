using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>
/// How far each queue is stored: the last identity, in one row a sink and queue, moved in the same transaction as the rows of the records.
/// Identities of a queue rise, so what is at or below it is stored already. By sink, because sinks of one queue store different records.
/// </summary>
internal sealed class Progress : IDisposable
{
    private readonly Statement _find;
    private readonly Statement _store;
    private readonly TextBytes _bytes = new();
    private readonly byte[] _queue = new byte[16];
    private readonly string _sink;

    public Progress(Database database, string sink)
    {
        _sink = sink;
        _find = database.Prepare($"SELECT batch, record FROM {Schema.Progress} WHERE sink = ?1 AND queue = ?2");
        _store = database.Prepare($"INSERT OR REPLACE INTO {Schema.Progress} (sink, queue, batch, record) VALUES (?1, ?2, ?3, ?4)");
    }

    /// <summary>The place of the first record that is not stored yet: 0 in a new batch, and in one without an identity.</summary>
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

    /// <summary>All to this identity is stored.</summary>
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
        statement.BindText(1, _bytes.Of(_sink));
        statement.BindBlob(2, _queue);
    }
}
