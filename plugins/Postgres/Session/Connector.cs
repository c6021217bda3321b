using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Copy;
using PlantRuntime.Plugins.Postgres.Tables;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>Opens the database: one connection, no pool.</summary>
internal sealed class Connector(PostgresOptions options, PluginContext context)
{
    private readonly IReadOnlyList<FieldColumn>? _fields = options.Columns is null ? null : FieldColumn.Of(options.Columns);

    /// <summary>Where it connects to, as a log line shows it.</summary>
    public string Endpoint { get; } = $"{options.Host}:{options.Port}/{options.Database}";

    /// <summary>Connects, makes missing tables, and checks those that are there.</summary>
    /// <param name="last">The server's process of the last connection, which is to end.</param>
    /// <param name="cancel">Gives up.</param>
    public async Task<Database> OpenAsync(Backend? last, CancellationToken cancel)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(ConnectionText.Of(options, context));
        // Our types are built in: asking the server for its list would be the slowest part of connecting.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        var check = Secure(builder);
        QuietMeters.Silence(builder);
        var source = builder.Build();
        try
        {
            var connection = await source.OpenConnectionAsync(cancel).ConfigureAwait(false);
            await PrepareAsync(connection, cancel).ConfigureAwait(false);
            if (last is not null) await last.EndAsync(connection, cancel).ConfigureAwait(false);
            var backend = await Backend.OfAsync(connection, cancel).ConfigureAwait(false);
            var (samples, payloads, shape) = await new TableMaker(connection)
                .EnsureAsync(TableNames.Samples(options), TableNames.Payloads(options, _fields), cancel)
                .ConfigureAwait(false);
            var rows = new BatchRows(samples, payloads, _fields, context.Site, options.Nul);
            return new Database(source, connection, backend, rows, new Progress(connection, options.Schema, context.Name), shape);
        }
        catch (Exception error)
        {
            await source.DisposeAsync().ConfigureAwait(false);
            if (check?.Problem is { } problem) throw new NotConnectedException($"{Endpoint}: refused, nothing was sent: {problem}", error);
            throw;
        }
    }

    private static async Task PrepareAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        // Stored is stored: a role's default may be to answer before the disk has it. Keep-alive finds a transaction of ours dead 25 s
        // after the gateway lost its power, so that its batch, coming again, does not wait behind it for hours.
        await using var command = new NpgsqlCommand(
            """
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
            SET lock_timeout = '5s';
            SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3
            """,
            connection);
        await command.ExecuteNonQueryAsync(cancel).ConfigureAwait(false);
    }

    private ServerCheck? Secure(NpgsqlSlimDataSourceBuilder builder)
    {
        if (options.Tls is null) return null;
        var check = new ServerCheck(options.Host, Authorities(), context.Time);
        builder.EnableTransportSecurity();
        builder.UseSslClientAuthenticationOptionsCallback(check.Use);
        return check;
    }

    private X509Certificate2Collection? Authorities()
    {
        if (ConnectionText.PathOf(options.Tls!.Ca, "ca", context) is not { } path) return null;
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(path);
        }
        catch (Exception error) when (error is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new PostgresSinkException($"tls.ca: {path} cannot be read: {error.Message}", error);
        }

        return authorities.Count > 0 ? authorities : throw new PostgresSinkException($"tls.ca: {path} has no certificate in PEM");
    }
}
