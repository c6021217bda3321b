using Npgsql;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Detects a change of the tables after their check. Rows are sent as bytes for exactly the checked types: without this, a user who changes
/// a table in use would find numbers read as times, or every record refused. Belongs to one <see cref="Session.PostgresSession"/>; one call
/// at a time.
/// </summary>
internal sealed class TableShape
{
    // An empty text if there is no such table.
    private const string Columns =
        """
        coalesce(string_agg(concat_ws(' ', attrelid, attname, atttypid), ',' ORDER BY attrelid, attnum), '')
        """;
    private const string Source =
        """
        FROM pg_attribute
        WHERE attrelid IN (to_regclass($1::text), to_regclass($2::text)) AND attnum > 0 AND NOT attisdropped
        """;

    private readonly NpgsqlConnection _connection;
    private readonly string[] _names;
    private string _checked = "";

    public TableShape(NpgsqlConnection connection, Table samples, Table payloads)
    {
        _connection = connection;
        _names = [samples.QuotedName, payloads.QuotedName];
    }

    /// <summary>Remembers the columns as they are now.</summary>
    public async Task CaptureAsync(CancellationToken cancel)
    {
        await using var query = new NpgsqlCommand($"SELECT {Columns} {Source}", _connection);
        foreach (var name in _names) query.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        _checked = await query.ExecuteScalarAsync(cancel).ConfigureAwait(false) as string ?? "";
    }

    /// <summary>
    /// Creates a statement that fails with a division by zero unless the columns are the remembered ones. A transaction that has copied
    /// rows keeps others from changing them until it ends.
    /// </summary>
    public NpgsqlBatchCommand CreateCheck()
    {
        var check = new NpgsqlBatchCommand($"SELECT 1 / ({Columns} = $3)::int {Source}");
        foreach (var text in (string[])[.. _names, _checked]) check.Parameters.Add(new NpgsqlParameter<string> { TypedValue = text });
        return check;
    }
}
