using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Creates missing tables and checks existing ones. Ignores further columns. <see cref="Session.Connector"/> creates one for each
/// connection and calls it once, before any batch. Never changes or drops an existing table.
/// </summary>
internal sealed class SchemaCreator(NpgsqlConnection connection)
{
    // "plantdb" in ASCII. The lock serializes gateways that start together.
    private const long Lock = 0x706C616E746462;

    /// <summary>Creates the missing tables, all or nothing.</summary>
    /// <returns>The tables with the actual types of their columns, and the shape that detects a later change.</returns>
    /// <exception cref="Session.ServerRefusedException">A table lacks a column or has one of another type.</exception>
    public async Task<(Table Samples, Table Payloads, TableShape Shape)> EnsureAsync(
        Table samples, Table payloads, CancellationToken cancel)
    {
        var shape = new TableShape(connection, samples, payloads);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await RunAsync($"SELECT pg_advisory_xact_lock({Lock})", cancel).ConfigureAwait(false);

        // Captured before the check, so that a change in between is noticed. A table created here is visible to others only after the
        // commit.
        await shape.CaptureAsync(cancel).ConfigureAwait(false);
        var (first, isFirstNew) = await EnsureAsync(samples, cancel).ConfigureAwait(false);
        var (second, isSecondNew) = await EnsureAsync(payloads, cancel).ConfigureAwait(false);
        if (isFirstNew || isSecondNew) await shape.CaptureAsync(cancel).ConfigureAwait(false);
        await EnsureProgressAsync(samples.Schema, cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        return (first, second, shape);
    }

    private async Task<(Table Table, bool IsNew)> EnsureAsync(Table table, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, table.Schema, table.Name, cancel).ConfigureAwait(false);
        if (found.Count > 0) return (TableValidator.Adapt(table, found), false);
        await RunAsync(table.CreateSql, cancel).ConfigureAwait(false);
        if (table.Index.Count > 0) await RunAsync(table.IndexSql, cancel).ConfigureAwait(false);
        if (table.TimeColumn is { } time && await Catalog.TimescaleSchemaAsync(connection, cancel).ConfigureAwait(false) is { } schema)
            await RunAsync($"SELECT {schema}.create_hypertable('{table.QuotedName}', '{time}')", cancel).ConfigureAwait(false);
        return (table, true);
    }

    private async Task EnsureProgressAsync(string schema, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, schema, TableNames.Progress, cancel).ConfigureAwait(false);
        if (found.Count == 0)
        {
            await RunAsync($"""
                CREATE TABLE "{schema}".{TableNames.Progress} (
                  sink text, queue uuid, batch bigint NOT NULL, record integer NOT NULL, PRIMARY KEY (sink, queue))
                """, cancel).ConfigureAwait(false);
        }
        else if (TableNames.ProgressColumns.FirstOrDefault(n => found.All(c => c.Name != n)) is { } missing)
        {
            throw TableValidator.Missing(schema, TableNames.Progress, missing, found, string.Join(", ", TableNames.ProgressColumns));
        }
    }

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
