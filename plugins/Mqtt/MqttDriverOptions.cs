using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Options of an MQTT device in site.toml: a broker from whose messages tags are read. Immutable.</summary>
public sealed class MqttDriverOptions : MqttOptions
{
    // Bytes of the longest start of a PUBLISH: the header, topic with its length, and packet id.
    private const int MaxStartBytes = FixedHeader.MaxBytes + 2 + ushort.MaxValue + 2;

    /// <summary>Sets a shorter keep-alive time than the sink's, so that a half-open connection is detected within 10 s.</summary>
    public MqttDriverOptions() => KeepAlive = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Path of the time in a payload, written as in a tag's address. Without it, or without a valid time, the scan's time is used.
    /// </summary>
    /// <example>time = "ts"</example>
    public string? Time { get; init; }

    /// <summary>Length of the longest message that is read; a longer one makes its tags bad.</summary>
    public ByteSize MaxPacketSize { get; init; } = new(256 << 10);

    internal override TimeSpan ResponseTimeout => KeepAlive / 2;

    // A longer message is cut, and the part that is kept has to contain topic and packet id.
    internal override int MaxReceivedPacketBytes => Math.Max((int)MaxPacketSize.Bytes, MaxStartBytes);

    // The broker would drop longer messages without a word.
    internal override bool AnnouncesMaximumPacketSize => false;

    internal override int? ReceiveMaximum => MaxInFlightOrDefault;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Message)> Validate()
    {
        foreach (var problem in base.Validate()) yield return problem;
        if (Time is not null && JsonPath.Parse(Time, out var time) is null) yield return ("time", $"column {time!.Column}: {time.Message}");
        if (MaxPacketSize.Bytes is < 1 << 10 or > 64 << 20)
            yield return ("max_packet_size", "expected \"1KB\" to \"64MB\", for instance \"256KB\"");
    }
}
