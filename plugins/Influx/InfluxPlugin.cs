using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx;

/// <summary>Sends records to InfluxDB, version 1 or 2. Immutable.</summary>
public sealed class InfluxPlugin : SinkPlugin<InfluxOptions>
{
    /// <inheritdoc/>
    public override string Name => "influx";

    /// <inheritdoc/>
    public override ISink Open(InfluxOptions options, PluginContext context) => new InfluxSink(options, context);
}
