using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>Opens the database: one connection, no pool.</summary>
internal sealed class Connector(PostgresOptions options, PluginContext context)
{
    // The host gives a call 10 s. This bounds what cannot be cancelled: the end of a COPY, and a rollback.
    private const int MostSeconds = 8;
    private readonly IReadOnlyList<FieldColumn>? _fields = options.Columns is null ? null : FieldColumn.Of(options.Columns);

    /// <summary>Where it connects to, as a log line shows it.</summary>
    public string Endpoint { get; } = $"{options.Host}:{options.Port}/{options.Database}";

    /// <summary>Connects, makes missing tables, and checks those that are there.</summary>
    public async Task<Database> OpenAsync(CancellationToken cancel)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(Text());
        // Our types are built in: asking the server for its list would be the slowest part of connecting.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        if (options.Tls is not null) builder.EnableTransportSecurity();
        QuietMeters.Silence(builder);
        var source = builder.Build();
        try
        {
            var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await PrepareAsync(connection, cancel).ConfigureAwait(false);
            var tables = await new TableMaker(connection)
                .EnsureAsync(TableNames.Samples(options), TableNames.Payloads(options, _fields), cancel)
                .ConfigureAwait(false);
            var rows = new BatchRows(tables[0], tables[1], _fields, context.Site, options.Nul);
            return new Database(source, connection, rows, new StoredBatches(connection, options.Schema, context.Name));
        }
        catch (Exception)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        // Stored is stored: a role's default may be to answer before the disk has it. A transaction of ours whose network broke is
        // found dead by keep-alive after 25 s, so that its batch, coming again, does not wait behind it for hours.
        await using var command = new NpgsqlCommand(
            """
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SET lock_timeout = '5s';
            SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
            """,
            connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private string Text()
    {
        var text = new NpgsqlConnectionStringBuilder
        {
            Host = options.Host,
            Port = options.Port,
            Database = options.Database,
            Username = options.User,
            Password = options.Password?.Reveal(),
            SslMode = options.Tls is null ? SslMode.Disable : SslMode.VerifyFull,
            RootCertificate = PathOf(options.Tls?.Ca, "ca"),
            SslCertificate = PathOf(options.Tls?.Certificate, "certificate"),
            SslKey = PathOf(options.Tls?.Key, "key"),
            ApplicationName = $"plant {context.Site}/{context.Name}",
            Pooling = false,
            Enlist = false,
            Timeout = MostSeconds,
            CommandTimeout = MostSeconds,
            // A cancelled call ends the connection at once: a request to cancel would need a second one, over the same dead network.
            CancellationTimeout = -1,
            IncludeErrorDetail = true,
        };
        return text.ConnectionString;
    }

    private string? PathOf(string? path, string key)
    {
        if (path is null) return null;
        var full = context.PathOf(path);
        return File.Exists(full) ? full : throw new PostgresSinkException($"tls.{key}: there is no file {full}");
    }
}
