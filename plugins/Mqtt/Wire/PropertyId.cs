namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Properties of MQTT 5.0 (section 2.2.2.2) that occur in the packets a publisher sends or gets.</summary>
internal enum PropertyId : byte
{
    /// <summary>Seconds that a session outlives its connection; four bytes.</summary>
    SessionExpiryInterval = 0x11,

    /// <summary>The id that the broker gave; text.</summary>
    AssignedClientIdentifier = 0x12,

    /// <summary>Seconds; two bytes. The broker's word counts.</summary>
    ServerKeepAlive = 0x13,

    /// <summary>Text.</summary>
    AuthenticationMethod = 0x15,

    /// <summary>Binary.</summary>
    AuthenticationData = 0x16,

    /// <summary>Text.</summary>
    ResponseInformation = 0x1A,

    /// <summary>Another broker to go to; text.</summary>
    ServerReference = 0x1C,

    /// <summary>The broker's own words; text.</summary>
    ReasonString = 0x1F,

    /// <summary>Messages of QoS 1 and 2 that may wait for an answer; two bytes, not 0.</summary>
    ReceiveMaximum = 0x21,

    /// <summary>Two bytes.</summary>
    TopicAliasMaximum = 0x22,

    /// <summary>0 or 1; without it QoS 2 is taken. One byte.</summary>
    MaximumQoS = 0x24,

    /// <summary>0 when retained messages are not taken. One byte.</summary>
    RetainAvailable = 0x25,

    /// <summary>Two texts, any number of times.</summary>
    UserProperty = 0x26,

    /// <summary>Bytes of the longest packet that is taken; four bytes, not 0.</summary>
    MaximumPacketSize = 0x27,

    /// <summary>One byte.</summary>
    WildcardSubscriptionAvailable = 0x28,

    /// <summary>One byte.</summary>
    SubscriptionIdentifierAvailable = 0x29,

    /// <summary>One byte.</summary>
    SharedSubscriptionAvailable = 0x2A,
}
