using PlantRuntime.Conformance.Sinks;
using SQLitePCL;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>A second connection to the file, in the role of another program.</summary>
public sealed class SecondConnection : IDisposable
{
    private readonly sqlite3 _handle;

    static SecondConnection() => Batteries_V2.Init();

    public SecondConnection(string path) =>
        Check(raw.sqlite3_open_v2(path, out _handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_CREATE, null));

    public static List<string[]> Query(string path, string sql)
    {
        using var file = new SecondConnection(path);
        return file.Query(sql);
    }

    /// <summary>The samples for the conformance suite: numbers from column value, or from text if it has the exact digits.</summary>
    public static IReadOnlyList<StoredSample> Samples(string path) =>
    [
        .. Query(path, "SELECT device, tag, coalesce(text, value, ''), quality FROM samples ORDER BY rowid")
            .Select(r => new StoredSample(r[0], r[1], r[2], r[3])),
    ];

    public List<string[]> Query(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        using (statement)
        {
            var rows = new List<string[]>();
            int code;
            while ((code = raw.sqlite3_step(statement)) == raw.SQLITE_ROW)
                rows.Add([.. Enumerable.Range(0, raw.sqlite3_column_count(statement)).Select(i => Text(statement, i))]);
            if (code != raw.SQLITE_DONE) Check(code);
            return rows;
        }
    }

    public void Dispose() => _handle.Dispose();

    private static string Text(sqlite3_stmt statement, int column) => raw.sqlite3_column_type(statement, column) switch
    {
        // SQLite prints 15 digits; a double needs up to 17.
        raw.SQLITE_FLOAT => raw.sqlite3_column_double(statement, column).ToString(System.Globalization.CultureInfo.InvariantCulture),
        raw.SQLITE_NULL => "",
        _ => System.Text.Encoding.UTF8.GetString(raw.sqlite3_column_blob(statement, column)),
    };

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK) throw new InvalidOperationException($"SQLite {code}: {raw.sqlite3_errmsg(_handle).utf8_to_string()}");
    }
}
