namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Properties of MQTT 5.0 (section 2.2.2.2) that occur in the packets that we send or get.</summary>
internal enum PropertyId : byte
{
    /// <summary>0 for bytes, 1 for text; one byte.</summary>
    PayloadFormatIndicator = 0x01,

    /// <summary>Seconds; four bytes.</summary>
    MessageExpiryInterval = 0x02,

    /// <summary>Text.</summary>
    ContentType = 0x03,

    /// <summary>Text.</summary>
    ResponseTopic = 0x08,

    /// <summary>Binary.</summary>
    CorrelationData = 0x09,

    /// <summary>Variable byte integer, not 0; once for each subscription that a message matches.</summary>
    SubscriptionIdentifier = 0x0B,

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

    /// <summary>A number that stands for a topic; two bytes, not 0.</summary>
    TopicAlias = 0x23,

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
