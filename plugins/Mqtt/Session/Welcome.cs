using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>A connection that the broker has accepted.</summary>
/// <param name="Link">The connection; whoever gets it owns it.</param>
/// <param name="Frames">What came in on it, from behind CONNACK.</param>
/// <param name="Ack">What the broker allows.</param>
internal sealed record Welcome(MqttLink Link, FrameBuffer Frames, ConnAck Ack);
