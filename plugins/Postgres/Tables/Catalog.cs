using Npgsql;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Queries the system catalogs (PostgreSQL 15, Documentation, chapter 53). Called by
/// <see cref="SchemaCreator"/>, within its transaction, and by <see cref="Rows.RowQuery"/>; changes nothing.
/// </summary>
internal static class Catalog
{
    /// <summary>Returns the columns of a table; none if it does not exist.</summary>
    public static async Task<IReadOnlyList<CatalogColumn>> ColumnsAsync(
        NpgsqlConnection connection, string schema, string table, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT a.attname::text, t.typname::text, a.attnotnull AND NOT a.atthasdef AND a.attidentity = ''
            FROM pg_attribute a
            JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE n.nspname = $1::text AND c.relname = $2::text AND c.relkind IN ('r', 'p', 'v', 'f', 'm')
              AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum
            """,
            connection)
        {
            Parameters = { new() { Value = schema }, new() { Value = table } },
        };
        var columns = new List<CatalogColumn>();
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
            columns.Add(new CatalogColumn(reader.GetString(0), reader.GetString(1), reader.GetBoolean(2)));
        return columns;
    }

    /// <summary>Returns the schema of TimescaleDB's functions, in quotes; null if the database does not have that extension.</summary>
    public static async Task<string?> TimescaleSchemaAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(
            """
            SELECT quote_ident(n.nspname)
            FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'timescaledb'
            """,
            connection);
        return (string?)await command.ExecuteScalarAsync(cancel).ConfigureAwait(false);
    }
}

/// <summary>A column of an existing table, as the system catalog describes it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Type">Name of its type in the catalog, such as "float8".</param>
/// <param name="MustBeGiven">True if it is NOT NULL and has no default.</param>
internal sealed record CatalogColumn(string Name, string Type, bool MustBeGiven);
