namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Properties of MQTT 5.0 (section 2.2.2.2) in the packets that the client sends or receives.</summary>
internal enum PropertyId : byte
{
    /// <summary>Format of the payload, 0 for bytes and 1 for text; one byte.</summary>
    PayloadFormatIndicator = 0x01,

    /// <summary>Lifetime of a message in seconds; four bytes.</summary>
    MessageExpiryInterval = 0x02,

    /// <summary>Description of the payload by its publisher; text.</summary>
    ContentType = 0x03,

    /// <summary>Topic for a response to the message; text.</summary>
    ResponseTopic = 0x08,

    /// <summary>Identification of a request and its response; binary.</summary>
    CorrelationData = 0x09,

    /// <summary>Variable byte integer, not 0; once for each subscription that a message matches.</summary>
    SubscriptionIdentifier = 0x0B,

    /// <summary>Seconds that a session outlives its connection; four bytes.</summary>
    SessionExpiryInterval = 0x11,

    /// <summary>Client id that the broker assigned; text.</summary>
    AssignedClientIdentifier = 0x12,

    /// <summary>Keep-alive time in seconds that the broker requires; two bytes.</summary>
    ServerKeepAlive = 0x13,

    /// <summary>Name of the extended authentication; text.</summary>
    AuthenticationMethod = 0x15,

    /// <summary>Data of the extended authentication; binary.</summary>
    AuthenticationData = 0x16,

    /// <summary>Basis for the response topics of the client; text.</summary>
    ResponseInformation = 0x1A,

    /// <summary>Another broker to use; text.</summary>
    ServerReference = 0x1C,

    /// <summary>Reason of the broker; text.</summary>
    ReasonString = 0x1F,

    /// <summary>Messages of QoS 1 and 2 that may be unacknowledged; two bytes, not 0.</summary>
    ReceiveMaximum = 0x21,

    /// <summary>Highest topic alias that the sender accepts; two bytes.</summary>
    TopicAliasMaximum = 0x22,

    /// <summary>Number that replaces a topic; two bytes, not 0.</summary>
    TopicAlias = 0x23,

    /// <summary>0 or 1; without it the broker accepts QoS 2. One byte.</summary>
    MaximumQoS = 0x24,

    /// <summary>0 when retained messages are not supported. One byte.</summary>
    RetainAvailable = 0x25,

    /// <summary>Two texts, any number of times.</summary>
    UserProperty = 0x26,

    /// <summary>Length in bytes of the longest accepted packet; four bytes, not 0.</summary>
    MaximumPacketSize = 0x27,

    /// <summary>0 when wildcards in topic filters are not supported. One byte.</summary>
    WildcardSubscriptionAvailable = 0x28,

    /// <summary>0 when subscription identifiers are not supported. One byte.</summary>
    SubscriptionIdentifierAvailable = 0x29,

    /// <summary>0 when shared subscriptions are not supported. One byte.</summary>
    SharedSubscriptionAvailable = 0x2A,
}
