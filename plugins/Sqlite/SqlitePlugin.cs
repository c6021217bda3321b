using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Sqlite;

/// <summary>Stores records in tables of an SQLite file, each exactly once. Immutable.</summary>
public sealed class SqlitePlugin : SinkPlugin<SqliteOptions>
{
    /// <inheritdoc/>
    public override string Name => "sqlite";

    /// <inheritdoc/>
    public override ISink Open(SqliteOptions options, PluginContext context) => new SqliteSink(options, context);
}
