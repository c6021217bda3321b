using System.Runtime.CompilerServices;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Session;

namespace PlantRuntime.Plugins.Postgres.Tables;

/// <summary>
/// Tries the way to the tables of a sink for <c>plant doctor</c>, over a connection of its own: login, whether the server accepts writes,
/// and for each table its columns and the rights of the user, or the right to create it. Reads the catalogs only; changes nothing.
/// </summary>
internal sealed class TableDiagnosis(PostgresSinkOptions options, ConnectionFactory connections)
{
    private const string ServerSql =
        "SELECT current_setting('server_version'), current_setting('transaction_read_only') = 'on' OR pg_is_in_recovery(), "
        + "has_database_privilege(current_database(), 'TEMP')";

    private const string SchemaSql =
        "SELECT has_schema_privilege(oid, 'USAGE'), has_schema_privilege(oid, 'CREATE') FROM pg_namespace WHERE nspname = $1::text";

    /// <summary>Rights on the columns that the sink uses; a right on the table is one on each column.</summary>
    private const string RightsSql =
        """
        SELECT p.name, bool_and(has_column_privilege(a.attrelid, a.attnum, p.name))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          CROSS JOIN unnest(string_to_array($4::text, ',')) AS p(name)
        WHERE n.nspname = $1::text AND c.relname = $2::text AND a.attname = ANY (string_to_array($3::text, ','))
        GROUP BY p.name
        """;

    private readonly CheckRunner _checks = new(options);

    /// <summary>Returns the steps, up to the first without which no other can succeed.</summary>
    public async IAsyncEnumerable<DiagnosisStep> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        NpgsqlDataSource? source = null;
        NpgsqlConnection? connection = null;
        DiagnosisStep server;
        try
        {
            source = connections.CreateSource();
            connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            server = await CheckServerAsync(connection, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (!cancel.IsCancellationRequested)
        {
            server = new DiagnosisStep(
                "server", false, _checks.Describe(e), "check host, port, database, user, password and tls, and pg_hba.conf");
        }

        await using var closing = connection;
        await using var closingSource = source;
        yield return server;
        if (!server.IsGood || connection is null) yield break;
        var schema = await _checks.RunAsync("schema", () => CheckSchemaAsync(connection, cancel), cancel).ConfigureAwait(false);
        yield return schema;
        if (!schema.IsGood) yield break;
        var fields = options.Columns is null ? null : FieldColumn.From(options.Columns);
        foreach (var table in new[] { TableNames.Samples(options), TableNames.Payloads(options, fields) })
        {
            yield return await _checks.RunAsync("table", () => CheckTableAsync(connection, table, cancel), cancel).ConfigureAwait(false);
        }

        yield return await _checks.RunAsync("progress", () => CheckProgressAsync(connection, cancel), cancel).ConfigureAwait(false);
    }

    private async Task<DiagnosisStep> CheckServerAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(ServerSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        await reader.ReadAsync(cancel).ConfigureAwait(false);
        var found = $"PostgreSQL {reader.GetString(0)} as user {options.User}, {(options.Tls is null ? "without TLS" : "over TLS")}";
        if (reader.GetBoolean(1))
            return new DiagnosisStep("server", false, $"{found}: it is read-only", "it is a standby: give the name of the primary in host");
        return options.OnConflict == ConflictPolicy.Skip && !reader.GetBoolean(2)
            ? new DiagnosisStep("server", false, $"{found}: the user may not create temporary tables, which on_conflict = \"skip\" needs",
                $"GRANT TEMPORARY ON DATABASE {Identifier.QuoteAny(options.Database)} TO {Identifier.QuoteAny(options.User)}")
            : new DiagnosisStep("server", true, found);
    }

    private async Task<DiagnosisStep> CheckSchemaAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(SchemaSql, connection) { Parameters = { new() { Value = options.Schema } } };
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            return new DiagnosisStep("schema", false, $"there is no schema {options.Schema}",
                $"CREATE SCHEMA {Identifier.Quote(options.Schema)} AUTHORIZATION {Identifier.QuoteAny(options.User)}");
        }

        return reader.GetBoolean(0)
            ? new DiagnosisStep("schema", true, $"{options.Schema} exists{(reader.GetBoolean(1) ? ", tables can be created in it" : "")}")
            : new DiagnosisStep("schema", false, $"user {options.User} may not use the schema {options.Schema}",
                Grant("USAGE", $"SCHEMA {Quoted}"));
    }

    private string Quoted => Identifier.Quote(options.Schema);

    private async Task<DiagnosisStep> CheckTableAsync(NpgsqlConnection connection, Table table, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, table.Schema, table.Name, cancel).ConfigureAwait(false);
        if (found.Count == 0) return await CheckCreationAsync(connection, "table", table.Name, cancel).ConfigureAwait(false);
        TableValidator.Adapt(table, found);
        return await CheckRightsAsync(connection, "table", table.Name, [.. table.Columns.Select(c => c.Name)],
            options.OnConflict == ConflictPolicy.Skip ? ["INSERT", "SELECT"] : ["INSERT"], cancel).ConfigureAwait(false);
    }

    private async Task<DiagnosisStep> CheckProgressAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        var found = await Catalog.ColumnsAsync(connection, options.Schema, TableNames.Progress, cancel).ConfigureAwait(false);
        if (found.Count == 0) return await CheckCreationAsync(connection, "progress", TableNames.Progress, cancel).ConfigureAwait(false);
        if (TableNames.ProgressColumns.FirstOrDefault(n => found.All(c => c.Name != n)) is { } missing)
        {
            throw TableValidator.Missing(
                options.Schema, TableNames.Progress, missing, found, string.Join(", ", TableNames.ProgressColumns));
        }

        return await CheckRightsAsync(connection, "progress", TableNames.Progress, [.. TableNames.ProgressColumns],
            ["INSERT", "SELECT", "UPDATE"], cancel).ConfigureAwait(false);
    }

    private async Task<DiagnosisStep> CheckCreationAsync(
        NpgsqlConnection connection, string step, string table, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(SchemaSql, connection) { Parameters = { new() { Value = options.Schema } } };
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        return await reader.ReadAsync(cancel).ConfigureAwait(false) && reader.GetBoolean(1)
            ? new DiagnosisStep(step, true, $"{options.Schema}.{table} is created at the first connect")
            : new DiagnosisStep(step, false, $"there is no table {options.Schema}.{table}, and user {options.User} may not create it",
                $"{Grant("CREATE", $"SCHEMA {Quoted}")}, or create the table as the README of the plugin shows");
    }

    private async Task<DiagnosisStep> CheckRightsAsync(
        NpgsqlConnection connection, string step, string table, string[] columns, string[] rights, CancellationToken cancel)
    {
        await using var command = new NpgsqlCommand(RightsSql, connection);
        foreach (var value in new[] { options.Schema, table, string.Join(',', columns), string.Join(',', rights) })
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var missing = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancel).ConfigureAwait(false);
        while (await reader.ReadAsync(cancel).ConfigureAwait(false))
        {
            if (!reader.GetBoolean(1)) missing.Add(reader.GetString(0));
        }

        var name = $"{options.Schema}.{table}";
        return missing.Count == 0
            ? new DiagnosisStep(step, true, $"{name} has the columns, and user {options.User} may {string.Join(", ", rights)}")
            : new DiagnosisStep(step, false, $"user {options.User} may not {string.Join(", ", missing.Order())} in {name}",
                Grant(string.Join(", ", missing.Order()), $"{Quoted}.{Identifier.Quote(table)}"));
    }

    private string Grant(string right, string subject) => $"GRANT {right} ON {subject} TO {Identifier.QuoteAny(options.User)}";
}
