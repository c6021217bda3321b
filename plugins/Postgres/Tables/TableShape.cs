using Npgsql;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// The columns of both tables as they were when they were checked. Rows go as bytes that fit exactly these types: somebody who changes a
/// table while it is in use would else find numbers read as times, or every record refused.
/// </summary>
internal sealed class TableShape
{
    private readonly NpgsqlCommand _ask;
    private string _checked = "";

    public TableShape(NpgsqlConnection connection, Table samples, Table payloads)
    {
        _ask = new NpgsqlCommand(
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

    /// <summary>Takes the columns as they are now.</summary>
    public async Task TakeAsync(CancellationToken cancel)
    {
        await _ask.PrepareAsync(cancel).ConfigureAwait(false);
        _checked = await AskAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Says so when they are others now. In a transaction that has copied rows nobody can change them before it ends.</summary>
    /// <exception cref="NotConnectedException">They are: connecting checks them again.</exception>
    public async Task<bool> CheckAsync(CancellationToken cancel) => await AskAsync(cancel).ConfigureAwait(false) == _checked
        ? true
        : throw new NotConnectedException("somebody has changed the tables: they are checked again");

    private async Task<string> AskAsync(CancellationToken cancel) => await _ask.ExecuteScalarAsync(cancel).ConfigureAwait(false) as string ?? "";
}
