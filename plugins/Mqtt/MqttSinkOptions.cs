using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Session;
using PlantRuntime.Plugins.Mqtt.Topics;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Options of an MQTT sink in site.toml.</summary>
public sealed class MqttSinkOptions : MqttOptions
{
    /// <summary>Topic of the records; <c>{site}</c>, <c>{device}</c> and <c>{tag}</c> are replaced by names.</summary>
    /// <example>topic = "plc/{device}/{tag}"</example>
    public required string Topic { get; init; }

    /// <summary>Topic of records that have no value for a name in <see cref="Topic"/>; without it they are rejected.</summary>
    /// <example>fallback_topic = "plc/other"</example>
    public string? FallbackTopic { get; init; }

    /// <summary>True when the broker keeps the last message of each topic for later subscribers.</summary>
    public bool Retain { get; init; }

    /// <summary>The message that the broker publishes when the connection ends without DISCONNECT.</summary>
    public WillOptions? Will { get; init; }

    /// <summary>Longest wait for an answer of the broker before the connection is closed as dead.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    internal override TimeSpan ResponseTimeout => Timeout;

    internal override int MaxReceivedPacketBytes => PublisherSession.MaxReceivedPacketBytes;

    internal override bool AnnouncesMaximumPacketSize => true;

    internal override int? ReceiveMaximum => null;

    internal override WillOptions? LastWill => Will;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (TopicTemplate.Validate(Topic) is { } topic) yield return ("topic", topic);
        if (FallbackTopic is not null && TopicTemplate.Validate(FallbackTopic) is { } fallback) yield return ("fallback_topic", fallback);
        if (Will is not null && TopicName.Validate(Will.Topic) is { } will) yield return ("will", $"its topic {will}");
        if (Will is not null && Encoding.UTF8.GetByteCount(Will.Payload) > ushort.MaxValue)
            yield return ("will", "its payload is longer than 65535 bytes");
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromHours(1))
            yield return ("timeout", "expected \"100ms\" to \"1h\", for instance \"10s\"");
    }
}

/// <summary>The last will: the message that the broker publishes when the connection ends without DISCONNECT.</summary>
public sealed class WillOptions
{
    /// <summary>Topic of the message.</summary>
    /// <example>topic = "plc/status"</example>
    public required string Topic { get; init; }

    /// <summary>Payload as text.</summary>
    /// <example>payload = "offline"</example>
    public string Payload { get; init; } = "";

    /// <summary>Quality of service, 0 to 2.</summary>
    [Bounds(0, 2)]
    public int Qos { get; init; }

    /// <summary>True when the broker keeps the message for later subscribers.</summary>
    public bool Retain { get; init; }
}
