namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>
/// The reason code of an acknowledgement or DISCONNECT (MQTT 5.0, section 2.4). Codes from 0x80 on are failures. Immutable.
/// </summary>
/// <param name="Code">The number on the wire.</param>
internal readonly record struct ReasonCode(byte Code)
{
    public const byte NormalDisconnection = 0x00;
    public const byte NotAuthorized = 0x87;
    public const byte TopicNameInvalid = 0x90;
    public const byte PacketIdentifierInUse = 0x91;
    public const byte PacketTooLarge = 0x95;
    public const byte PayloadFormatInvalid = 0x99;

    public bool IsFailure => Code >= 0x80;

    /// <summary>True for the reasons of a DISCONNECT that a message can cause (section 3.14.2.1).</summary>
    public bool IsAboutMessage => Code is >= 0x80 and <= 0x83 or NotAuthorized or TopicNameInvalid or PacketTooLarge or 0x97
        or PayloadFormatInvalid or 0x9A or 0x9B;

    /// <summary>How the sink handles a message that was refused with this code (sections 3.4.2.1 and 3.5.2.1).</summary>
    public RefusalKind Refusal => Code switch
    {
        NotAuthorized or TopicNameInvalid or PacketTooLarge or PayloadFormatInvalid => RefusalKind.Rejected,
        PacketIdentifierInUse => RefusalKind.OutOfSync,
        _ => RefusalKind.Retryable,
    };

    /// <summary>Returns the name in the specification and the code.</summary>
    public override string ToString() => $"{Name} (0x{Code:X2})";

    private string Name => Code switch
    {
        0x00 => "normal disconnection",
        0x80 => "unspecified error",
        0x81 => "malformed packet",
        0x82 => "protocol error",
        0x83 => "implementation specific error",
        0x84 => "unsupported protocol version",
        0x85 => "client identifier not valid",
        0x86 => "bad user name or password",
        0x87 => "not authorized",
        0x88 => "server unavailable",
        0x89 => "server busy",
        0x8A => "banned",
        0x8B => "server shutting down",
        0x8C => "bad authentication method",
        0x8D => "keep alive timeout",
        0x8E => "session taken over",
        0x8F => "topic filter invalid",
        0x90 => "topic name invalid",
        0x91 => "packet identifier in use",
        0x92 => "packet identifier not found",
        0x93 => "receive maximum exceeded",
        0x94 => "topic alias invalid",
        0x95 => "packet too large",
        0x96 => "message rate too high",
        0x97 => "quota exceeded",
        0x98 => "administrative action",
        0x99 => "payload format invalid",
        0x9A => "retain not supported",
        0x9B => "QoS not supported",
        0x9C => "use another server",
        0x9D => "server moved",
        0x9E => "shared subscriptions not supported",
        0x9F => "connection rate exceeded",
        0xA2 => "wildcard subscriptions not supported",
        _ => "unknown reason",
    };
}

/// <summary>How the sink handles a message that the broker refused.</summary>
internal enum RefusalKind
{
    /// <summary>The message can never be published: its record is rejected.</summary>
    Rejected,

    /// <summary>The message is sent again later.</summary>
    Retryable,

    /// <summary>Broker and client disagree about a packet id: the sink reconnects with a new session.</summary>
    OutOfSync,
}
