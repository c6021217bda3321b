using Npgsql;
using PlantRuntime.Contracts;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Postgres.Session;

/// <summary>
/// Creates data sources without a pool, with the TLS settings of the site. The sink's <see cref="Connector"/>, the driver's
/// <see cref="Listen.ListenSession"/> and the <see cref="Lease.AdvisoryLease"/> use it. Immutable; performs no network I/O.
/// </summary>
internal sealed class ConnectionFactory(PostgresOptions options, PluginContext context)
{
    private readonly StatementTrace _statements = new(context.Trace.CreateRecorder(static _ => ""));

    /// <summary>Creates a source for one connection. Files of passwords and certificates are read now.</summary>
    public NpgsqlDataSource CreateSource()
    {
        var builder = new NpgsqlSlimDataSourceBuilder(ConnectionString.Create(options, context));
        // Built-in types are enough. Reading the server's list of types would be the slowest part of connecting.
        builder.ConfigureTypeLoading(types => types.EnableTypeLoading(false));
        Secure(builder);
        builder.UseLoggerFactory(_statements);
        NpgsqlMeterWorkaround.DisposeMeter(builder);
        return builder.Build();
    }

    private void Secure(NpgsqlSlimDataSourceBuilder builder)
    {
        if (options.Tls is null) return;
        var tls = TlsClientSettings.Load(options.Tls, context.PathOf, context.Time);
        builder.EnableTransportSecurity();
        builder.UseSslClientAuthenticationOptionsCallback(ssl =>
        {
            ssl.TargetHost = options.Host;
            tls.Apply(ssl);
        });
    }
}
