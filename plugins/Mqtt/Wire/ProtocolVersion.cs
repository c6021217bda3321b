namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Versions of the protocol, with the numbers that CONNECT carries (MQTT 5.0 and 3.1.1, section 3.1.2.2).</summary>
internal enum ProtocolVersion : byte
{
    /// <summary>MQTT 3.1.1.</summary>
    V311 = 4,

    /// <summary>MQTT 5.0.</summary>
    V5 = 5,
}
