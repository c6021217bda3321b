using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Messages;
using PlantRuntime.Plugins.Mqtt.Session;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Options of an MQTT sink in site.toml.</summary>
public sealed class MqttSinkOptions : MqttOptions
{
    /// <summary>Where records are published; <c>{site}</c>, <c>{device}</c> and <c>{tag}</c> stand for names.</summary>
    public required string Topic { get; init; }

    /// <summary>Where records go for which a name in <see cref="Topic"/> has no value; without it they are rejected.</summary>
    public string? FallbackTopic { get; init; }

    /// <summary>Whether the broker keeps the last message of a topic for those who subscribe later.</summary>
    public bool Retain { get; init; }

    /// <summary>What the broker publishes when the connection breaks without a goodbye.</summary>
    public WillOptions? Will { get; init; }

    /// <summary>How long the broker may take for an answer before the connection counts as dead.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    internal override TimeSpan AnswerTimeout => Timeout;

    internal override int MostReceivedBytes => PublisherSession.MostReceivedBytes;

    internal override int? ReceiveMaximum => null;

    internal override WillOptions? LastWill => Will;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (TopicTemplate.ProblemOf(Topic) is { } topic) yield return ("topic", topic);
        if (FallbackTopic is not null && TopicTemplate.ProblemOf(FallbackTopic) is { } fallback) yield return ("fallback_topic", fallback);
        if (Will is not null && TopicText.ProblemOf(Will.Topic) is { } will) yield return ("will", $"its topic {will}");
        if (Will is not null && Encoding.UTF8.GetByteCount(Will.Payload) > ushort.MaxValue)
            yield return ("will", "its payload is longer than 65535 bytes");
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromHours(1))
            yield return ("timeout", "expected \"100ms\" to \"1h\", for instance \"10s\"");
    }
}
