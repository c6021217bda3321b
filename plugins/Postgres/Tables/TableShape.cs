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
    private readonly NpgsqlCommand _query;
    private readonly bool _isPooled;
    private string _checked = "";

    public TableShape(NpgsqlConnection connection, Table samples, Table payloads, bool isPooled)
    {
        _isPooled = isPooled;
        _query = new NpgsqlCommand(
            """
            SELECT string_agg(concat_ws(' ', attrelid, attname, atttypid), ',' ORDER BY attrelid, attnum)
            FROM pg_attribute
            WHERE attrelid IN (to_regclass($1::text), to_regclass($2::text)) AND attnum > 0 AND NOT attisdropped
            """,
            connection)
        {
            Parameters = { new() { Value = samples.QuotedName }, new() { Value = payloads.QuotedName } },
        };
    }

    /// <summary>Remembers the columns as they are now.</summary>
    public async Task CaptureAsync(CancellationToken cancel)
    {
        // Behind a pooler a prepared statement would be on another server process than the next transaction.
        if (!_isPooled) await _query.PrepareAsync(cancel).ConfigureAwait(false);
        _checked = await QueryAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>
    /// Compares the columns with the remembered ones. A transaction that has copied rows keeps others from changing them until it ends.
    /// </summary>
    /// <exception cref="NotConnectedException">They differ: the next connect checks them again.</exception>
    public async Task<bool> CheckAsync(CancellationToken cancel) => await QueryAsync(cancel).ConfigureAwait(false) == _checked
        ? true
        : throw new NotConnectedException("another program has changed the tables: they are checked again");

    private async Task<string> QueryAsync(CancellationToken cancel) =>
        await _query.ExecuteScalarAsync(cancel).ConfigureAwait(false) as string ?? "";
}
