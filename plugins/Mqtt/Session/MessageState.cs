namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>How far a message is (MQTT 5.0, section 4.3).</summary>
internal enum MessageState : byte
{
    /// <summary>Not sent yet.</summary>
    Waiting,

    /// <summary>Was on its way when the connection broke: to be sent again under its id.</summary>
    Again,

    /// <summary>Sent; PUBACK or PUBREC is awaited.</summary>
    Sent,

    /// <summary>QoS 2: PUBREC came, PUBREL is to be sent.</summary>
    Held,

    /// <summary>QoS 2: PUBREL is sent, PUBCOMP is awaited.</summary>
    Released,

    /// <summary>Delivered, or refused for good.</summary>
    Done,

    /// <summary>Refused for now.</summary>
    Refused,
}
