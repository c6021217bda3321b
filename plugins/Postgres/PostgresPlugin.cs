using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Postgres;

/// <summary>Stores records in tables of a PostgreSQL database, each once.</summary>
public sealed class PostgresPlugin : SinkPlugin<PostgresOptions>
{
    /// <inheritdoc/>
    public override string Name => "postgres";

    /// <inheritdoc/>
    public override ISink Open(PostgresOptions options, PluginContext context) => new PostgresSink(options, context);
}
