using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// The plugin "mqtt": a sink that publishes records to an MQTT broker, and a driver that reads tags from a broker's messages.
/// </summary>
public sealed class MqttPlugin : SinkPlugin<MqttSinkOptions>, IDriverPlugin
{
    /// <inheritdoc/>
    public override string Name => "mqtt";

    Type IDriverPlugin.OptionsType => typeof(MqttDriverOptions);

    /// <inheritdoc/>
    public override ISink Open(MqttSinkOptions options, PluginContext context) => new MqttSink(options, context);

    IDriver IDriverPlugin.Open(object options, PluginContext context) => new MqttDriver((MqttDriverOptions)options, context);
}
