using PlantRuntime.Queue.Store;
using PlantRuntime.Storage;

namespace PlantRuntime.Benchmarks.Queue;

/// <summary>The simplest queue in SQLite: a table of batches, one transaction per batch, the same pragmas.</summary>
internal sealed class BareQueue : IDisposable
{
    private readonly Database _database;
    private readonly Dictionary<string, Statement> _statements = [];
    private long _written;
    private long _read;

    public BareQueue(string path)
    {
        _database = QueueFile.Open(path);
        _database.Execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, data BLOB NOT NULL)");
        _database.Execute("CREATE TABLE place (id INTEGER PRIMARY KEY, number INTEGER NOT NULL)");
        _database.Execute("INSERT INTO place VALUES (1, 0)");
    }

    public void Write(byte[] batch)
    {
        Run("BEGIN IMMEDIATE");
        var insert = Use("INSERT INTO bare VALUES (?1, ?2)");
        insert.Bind(1, ++_written);
        insert.BindBlob(2, batch);
        insert.Step();
        Run("COMMIT");
    }

    public int Drain()
    {
        var select = Use("SELECT data FROM bare WHERE number = ?1");
        select.Bind(1, ++_read);
        if (!select.Step()) throw new InvalidOperationException("it is empty");
        var bytes = select.Bytes(0).ToArray();
        select.Reset();
        Run("BEGIN IMMEDIATE");
        foreach (var sql in (string[])["UPDATE place SET number = ?1 WHERE id = 1", "DELETE FROM bare WHERE number <= ?1"])
        {
            Use(sql).Bind(1, _read);
            Run(sql);
        }

        Run("COMMIT");
        return bytes.Length;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values) statement.Dispose();
        _database.Dispose();
    }

    private void Run(string sql) => Use(sql).Step();

    private Statement Use(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement)) _statements.Add(sql, statement = _database.Prepare(sql));
        return statement;
    }
}
