namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>The first four bits of a packet (MQTT 5.0, section 2.1.2), those that we send or get.</summary>
internal enum PacketType : byte
{
    /// <summary>Client to broker: the first packet.</summary>
    Connect = 1,

    /// <summary>Broker to client: whether it is welcome.</summary>
    ConnAck = 2,

    /// <summary>A message.</summary>
    Publish = 3,

    /// <summary>QoS 1: the message is taken over.</summary>
    PubAck = 4,

    /// <summary>QoS 2, first answer: the message is held.</summary>
    PubRec = 5,

    /// <summary>QoS 2, second step: it will not be sent again.</summary>
    PubRel = 6,

    /// <summary>QoS 2, last answer.</summary>
    PubComp = 7,

    /// <summary>Client to broker: which topics it wants.</summary>
    Subscribe = 8,

    /// <summary>Broker to client: which of them it gets.</summary>
    SubAck = 9,

    /// <summary>Client to broker: are you there?</summary>
    PingReq = 12,

    /// <summary>Broker to client: yes.</summary>
    PingResp = 13,

    /// <summary>The end, from the client; in MQTT 5.0 also from the broker.</summary>
    Disconnect = 14,
}
