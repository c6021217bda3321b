using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>Makes tables that are not there and checks those that are. Columns that others added are left alone.</summary>
internal sealed class TableMaker(NpgsqlConnection connection)
{
    // "plantdb" in ASCII: gateways that start together make tables one after the other.
    private const long Lock = 0x706C616E746462;

    /// <summary>Makes what is missing, all or nothing.</summary>
    /// <returns>The tables with the types that their columns really have, and the shape by which a later change is noticed.</returns>
    /// <exception cref="PostgresSinkException">A table has not the columns that are needed.</exception>
    public async Task<(Table Samples, Table Payloads, TableShape Shape)> EnsureAsync(Table samples, Table payloads, CancellationToken cancel)
    {
        var shape = new TableShape(connection, samples, payloads);
        await using var transaction = await connection.BeginTransactionAsync(cancel).ConfigureAwait(false);
        await RunAsync($"SELECT pg_advisory_xact_lock({Lock})", cancel).ConfigureAwait(false);

        // Before they are checked, so that a change in between is noticed; a table that is made here nobody can change before it is there.
        await shape.TakeAsync(cancel).ConfigureAwait(false);
        var (first, isFirstNew) = await EnsureAsync(samples, cancel).ConfigureAwait(false);
        var (second, isSecondNew) = await EnsureAsync(payloads, cancel).ConfigureAwait(false);
        if (isFirstNew || isSecondNew) await shape.TakeAsync(cancel).ConfigureAwait(false);
        await EnsureProgressAsync(samples.Schema, cancel).ConfigureAwait(false);
        await transaction.CommitAsync(cancel).ConfigureAwait(false);
        return (first, second, shape);
    }

    private async Task<(Table Table, bool IsNew)> EnsureAsync(Table table, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, table.Schema, table.Name, cancel).ConfigureAwait(false);
        if (found.Count > 0) return (TableCheck.Adapt(table, found), false);
        await RunAsync(table.CreateSql, cancel).ConfigureAwait(false);
        if (table.Index.Count > 0) await RunAsync(table.IndexSql, cancel).ConfigureAwait(false);
        if (table.TimeColumn is { } time && await Catalog.TimescaleSchemaAsync(connection, cancel).ConfigureAwait(false) is { } schema)
            await RunAsync($"SELECT {schema}.create_hypertable('{table.QuotedName}', '{time}')", cancel).ConfigureAwait(false);
        return (table, true);
    }

    private async Task EnsureProgressAsync(string schema, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, schema, TableNames.Progress, cancel).ConfigureAwait(false);
        string[] needed = ["sink", "queue", "batch", "record"];
        if (found.Count == 0)
        {
            await RunAsync($"""
                CREATE TABLE "{schema}".{TableNames.Progress} (
                  sink text, queue uuid, batch bigint NOT NULL, record integer NOT NULL, PRIMARY KEY (sink, queue))
                """, cancel).ConfigureAwait(false);
        }
        else if (needed.FirstOrDefault(n => found.All(c => c.Name != n)) is { } missing)
        {
            throw TableCheck.Missing(schema, TableNames.Progress, missing, found, string.Join(", ", needed));
        }
    }

    private async Task RunAsync(string sql, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }
}
