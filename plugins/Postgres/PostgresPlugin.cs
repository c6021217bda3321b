using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres.Lease;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>
/// The plugin "postgres": a sink that stores records in tables of a PostgreSQL database, each once, a driver that reads tags from the
/// notifications and tables of a database, and a lease that one of several hosts holds in a database. Immutable.
/// </summary>
public sealed class PostgresPlugin : SinkPlugin<PostgresSinkOptions>, IDriverPlugin, ILeasePlugin
{
    /// <inheritdoc/>
    public override string Name => "postgres";

    Type IDriverPlugin.OptionsType => typeof(PostgresDriverOptions);

    /// <inheritdoc/>
    public override ISink Open(PostgresSinkOptions options, PluginContext context) => new PostgresSink(options, context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => new PostgresDriver((PostgresDriverOptions)options, context);

    /// <inheritdoc/>
    public ILease OpenLease(object options, PluginContext context, LeaseSettings settings) =>
        new AdvisoryLease((PostgresSinkOptions)options, context, settings);
}
