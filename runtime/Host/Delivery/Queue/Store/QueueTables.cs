using System.Text;
using PlantRuntime.Host.Delivery.Queue.Format;

namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>The queue's tables and the statements on them. Knows rows, not what they mean.</summary>
internal sealed class QueueTables : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly Database _database;

    public QueueTables(Database database) => _database = database;

    public static void Create(Database database)
    {
        database.Execute("CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, sinks TEXT NOT NULL, data BLOB NOT NULL)");
        database.Execute("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
        database.Execute("CREATE TABLE IF NOT EXISTS dead (id INTEGER PRIMARY KEY, sink TEXT NOT NULL, data BLOB NOT NULL)");
    }

    public void Run(string sql) => Use(sql).Step();

    public void InsertBatch(long number, string sinks, ReadOnlySpan<byte> data)
    {
        var insert = Use("INSERT INTO batches (number, sinks, data) VALUES (?1, ?2, ?3)");
        insert.Bind(1, number);
        insert.BindText(2, Encoding.UTF8.GetBytes(sinks));
        insert.BindBlob(3, data);
        insert.Step();
    }

    public void DeleteBatch(long number)
    {
        var delete = Use("DELETE FROM batches WHERE number = ?1");
        delete.Bind(1, number);
        delete.Step();
    }

    /// <summary>Rows behind <paramref name="after"/>, in order, until <paramref name="take"/> says false: number, sinks, data.</summary>
    public void ReadBatches(long after, RowTaker take)
    {
        var select = Use("SELECT number, sinks, data FROM batches WHERE number > ?1 ORDER BY number");
        select.Bind(1, after);
        try
        {
            while (select.Step())
            {
                if (!take(select.Long(0), select.Bytes(1), select)) break;
            }
        }
        finally
        {
            select.Reset();
        }
    }

    public void StoreState(long id, ReadOnlySpan<byte> data)
    {
        var store = Use("INSERT OR REPLACE INTO state (id, data) VALUES (?1, ?2)");
        store.Bind(1, id);
        store.BindBlob(2, data);
        store.Step();
    }

    public void ReadState(Action<long, ReadOnlySpan<byte>> take)
    {
        var select = Use("SELECT id, data FROM state ORDER BY id");
        while (select.Step()) take(select.Long(0), select.Bytes(1));
    }

    public void InsertLetter(string sink, ReadOnlySpan<byte> data)
    {
        var insert = Use("INSERT INTO dead (sink, data) VALUES (?1, ?2)");
        insert.BindText(1, Encoding.UTF8.GetBytes(sink));
        insert.BindBlob(2, data);
        insert.Step();
    }

    public void DeleteLetter(long id)
    {
        var delete = Use("DELETE FROM dead WHERE id = ?1");
        delete.Bind(1, id);
        delete.Step();
    }

    /// <summary>All dead letters in order, until <paramref name="take"/> says false.</summary>
    public void ReadLetters(Func<long, byte[], bool> take)
    {
        var select = Use("SELECT id, data FROM dead ORDER BY id");
        try
        {
            while (select.Step())
            {
                if (!take(select.Long(0), select.Bytes(1).ToArray())) break;
            }
        }
        finally
        {
            select.Reset();
        }
    }

    public long Pragma(string name)
    {
        var select = Use($"PRAGMA {name}");
        if (!select.Step()) return 0;
        var value = select.Long(0);
        select.Reset();
        return value;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }

    private Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = _database.Prepare(sql));
        return statement;
    }

    /// <summary>A row: the statement gives its data, at column 2, to whom wants it.</summary>
    internal delegate bool RowTaker(long number, ReadOnlySpan<byte> sinks, Statement row);
}
