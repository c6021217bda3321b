using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Publishes records to an MQTT broker.</summary>
public sealed class MqttPlugin : SinkPlugin<MqttOptions>
{
    /// <inheritdoc/>
    public override string Name => "mqtt";

    /// <inheritdoc/>
    public override ISink Open(MqttOptions options, PluginContext context) => new MqttSink(options, context);
}
