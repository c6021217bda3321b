using System.Text;
using PlantRuntime.Storage;

namespace PlantRuntime.Queue.Store;

/// <summary>
/// Runs the SQL statements on the queue's tables and keeps them prepared. Owned by one <see cref="QueueStore"/> (or by a copy or repair in
/// progress); used on the queue thread only, like its <see cref="Database"/>, which it does not close. Does blocking disk I/O; starts no
/// transaction by itself; does not interpret the bytes of a row.
/// </summary>
internal sealed class QueueTables : IDisposable
{
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly Database _database;

    public QueueTables(Database database) => _database = database;

    /// <summary>Creates the tables that are missing.</summary>
    public static void Create(Database database)
    {
        database.Execute("CREATE TABLE IF NOT EXISTS batches (number INTEGER PRIMARY KEY, sinks TEXT NOT NULL, data BLOB NOT NULL)");
        database.Execute("CREATE TABLE IF NOT EXISTS state (id INTEGER PRIMARY KEY, data BLOB NOT NULL)");
        database.Execute("CREATE TABLE IF NOT EXISTS dead (id INTEGER PRIMARY KEY, sink TEXT NOT NULL, data BLOB NOT NULL)");
        database.Execute("CREATE INDEX IF NOT EXISTS dead_of_sink ON dead (sink)");
    }

    /// <summary>Runs a statement without parameters, such as BEGIN or COMMIT.</summary>
    public void Run(string sql) => Use(sql).Step();

    /// <summary>Inserts a batch. The column <c>sinks</c> is <c>\n</c>, then each sink's name followed by <c>\n</c>.</summary>
    public void InsertBatch(long number, string sinks, ReadOnlySpan<byte> data) => InsertBatch(number, Encoding.UTF8.GetBytes(sinks), data);

    /// <inheritdoc cref="InsertBatch(long, string, ReadOnlySpan{byte})"/>
    public void InsertBatch(long number, ReadOnlySpan<byte> sinks, ReadOnlySpan<byte> data)
    {
        var insert = Use("INSERT INTO batches (number, sinks, data) VALUES (?1, ?2, ?3)");
        insert.Bind(1, number);
        insert.BindText(2, sinks);
        insert.BindBlob(3, data);
        insert.Step();
    }

    /// <summary>Deletes a batch; does nothing if it does not exist.</summary>
    public void DeleteBatch(long number)
    {
        var delete = Use("DELETE FROM batches WHERE number = ?1");
        delete.Bind(1, number);
        delete.Step();
    }

    /// <summary>
    /// Calls <paramref name="take"/> for each batch with a number above <paramref name="after"/>, ascending, until it returns false.
    /// </summary>
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

    /// <summary>Inserts or replaces a row of the table <c>state</c>.</summary>
    public void StoreState(long id, ReadOnlySpan<byte> data)
    {
        var store = Use("INSERT OR REPLACE INTO state (id, data) VALUES (?1, ?2)");
        store.Bind(1, id);
        store.BindBlob(2, data);
        store.Step();
    }

    /// <summary>Deletes a row of the table <c>state</c>; does nothing if it does not exist.</summary>
    public void DeleteState(long id)
    {
        var delete = Use("DELETE FROM state WHERE id = ?1");
        delete.Bind(1, id);
        delete.Step();
    }

    /// <summary>Calls <paramref name="take"/> for each row of the table <c>state</c>; the bytes are valid only within the call.</summary>
    public void ReadState(Action<long, ReadOnlySpan<byte>> take)
    {
        var select = Use("SELECT id, data FROM state ORDER BY id");
        while (select.Step()) take(select.Long(0), select.Bytes(1));
    }

    /// <summary>Inserts a dead letter under the next id.</summary>
    public void InsertLetter(string sink, ReadOnlySpan<byte> data)
    {
        var insert = Use("INSERT INTO dead (sink, data) VALUES (?1, ?2)");
        insert.BindText(1, Encoding.UTF8.GetBytes(sink));
        insert.BindBlob(2, data);
        insert.Step();
    }

    /// <summary>Deletes a dead letter; does nothing if it does not exist.</summary>
    public void DeleteLetter(long id)
    {
        var delete = Use("DELETE FROM dead WHERE id = ?1");
        delete.Bind(1, id);
        delete.Step();
    }

    /// <summary>Deletes all dead letters of a sink.</summary>
    public void DeleteLetters(string sink)
    {
        var delete = Use("DELETE FROM dead WHERE sink = ?1");
        delete.BindText(1, Encoding.UTF8.GetBytes(sink));
        delete.Step();
    }

    /// <summary>
    /// Calls <paramref name="take"/> for each dead letter of a sink (null: of all sinks) with an id above <paramref name="after"/>,
    /// ascending, until it returns false.
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

    /// <summary>Counts a sink's dead letters; reads only the index <c>dead_of_sink</c>.</summary>
    public long CountLetters(string sink)
    {
        var select = Use("SELECT count(*) FROM dead WHERE sink = ?1");
        select.BindText(1, Encoding.UTF8.GetBytes(sink));
        return Single(select);
    }

    /// <summary>
    /// Returns the id of the dead letter after which <paramref name="behind"/> others follow; the first id if there are fewer; 0 if there
    /// is none.
    /// </summary>
    public long LetterBefore(int behind)
    {
        var select = Use("SELECT coalesce(min(id), 0) FROM (SELECT id FROM dead ORDER BY id DESC LIMIT ?1)");
        select.Bind(1, behind + 1);
        return Single(select);
    }

    /// <summary>Returns the integer value of an SQLite pragma.</summary>
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

    /// <summary>Receives a dead letter, whose data is valid only within the call; returns false to stop.</summary>
    internal delegate bool LetterTaker(long id, ReadOnlySpan<byte> data);

    /// <summary>
    /// Receives a batch; its data is column 2 of the statement, read only if needed. All is valid only within the call.
    /// Returns false to stop.
    /// </summary>
    internal delegate bool RowTaker(long number, ReadOnlySpan<byte> sinks, Statement row);
}
