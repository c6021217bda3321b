namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Why something was refused or ended (MQTT 5.0, section 2.4). From 0x80 on it is a failure.</summary>
/// <param name="Code">The code.</param>
internal readonly record struct ReasonCode(byte Code)
{
    public const byte NormalDisconnection = 0x00;
    public const byte NotAuthorized = 0x87;
    public const byte TopicNameInvalid = 0x90;
    public const byte PacketIdentifierInUse = 0x91;
    public const byte PacketTooLarge = 0x95;
    public const byte PayloadFormatInvalid = 0x99;

    public bool IsFailure => Code >= 0x80;

    /// <summary>What becomes of a message that got this answer (sections 3.4.2.1 and 3.5.2.1).</summary>
    public RefusalKind Refusal => Code switch
    {
        NotAuthorized or TopicNameInvalid or PacketTooLarge or PayloadFormatInvalid => RefusalKind.Rejected,
        PacketIdentifierInUse => RefusalKind.OutOfStep,
        _ => RefusalKind.TryLater,
    };

    /// <summary>The name that the specification gives it, and the code.</summary>
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
