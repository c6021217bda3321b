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
        database.Execute("CREATE INDEX IF NOT EXISTS dead_of_sink ON dead (sink)");
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

    /// <summary>
    /// Dead letters of a sink, or of all when it is null, behind <paramref name="after"/>, in order, until <paramref name="take"/> says false.
    /// </summary>
    public void ReadLetters(string? sink, long after, LetterTaker take)
    {
        var select = Use($"SELECT id, data FROM dead WHERE id > ?1 {(sink is null ? "" : "AND sink = ?2")} ORDER BY id");
        select.Bind(1, after);
        if (sink is not null) select.BindText(2, Encoding.UTF8.GetBytes(sink));
        try
        {
            while (select.Step())
            {
                if (!take(select.Long(0), select.Bytes(1))) break;
            }
        }
        finally
        {
            select.Reset();
        }
    }

    /// <summary>Number of a sink's dead letters, from the index alone.</summary>
    public long CountLetters(string sink)
    {
        var select = Use("SELECT count(*) FROM dead WHERE sink = ?1");
        select.BindText(1, Encoding.UTF8.GetBytes(sink));
        return Single(select);
    }

    /// <summary>The number of the dead letter that has so many behind it; of the first, when there are not so many; 0 when there is none.</summary>
    public long LetterBefore(int behind)
    {
        var select = Use("SELECT coalesce(min(id), 0) FROM (SELECT id FROM dead ORDER BY id DESC LIMIT ?1)");
        select.Bind(1, behind + 1);
        return Single(select);
    }

    public long Pragma(string name) => Single(Use($"PRAGMA {name}"));

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
    }

    private Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = _database.Prepare(sql));
        return statement;
    }

    private static long Single(Statement select)
    {
        if (!select.Step()) return 0;
        var value = select.Long(0);
        select.Reset();
        return value;
    }

    /// <summary>A dead letter: its number and data, which is valid only within the call.</summary>
    internal delegate bool LetterTaker(long id, ReadOnlySpan<byte> data);

    /// <summary>A row: the statement gives its data, at column 2, to whom wants it.</summary>
    internal delegate bool RowTaker(long number, ReadOnlySpan<byte> sinks, Statement row);
}
