using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Payloads;

namespace PlantRuntime.Plugins.Mqtt;

/// <summary>Options of an MQTT device in site.toml: a broker whose messages are read.</summary>
public sealed class MqttDriverOptions : MqttOptions
{
    /// <summary>Options with a shorter keep-alive time: a device's half-open connection is to be found within 10 s.</summary>
    public MqttDriverOptions() => KeepAlive = TimeSpan.FromSeconds(8);

    /// <summary>Where in a payload its time is, as in a tag's address; where there is none, the scan's time counts.</summary>
    public string? Time { get; init; }

    /// <summary>Longest packet taken.</summary>
    public ByteSize MaxPacketSize { get; init; } = new(256 << 10);

    internal override TimeSpan AnswerTimeout => KeepAlive / 2;

    internal override int MostReceivedBytes => (int)MaxPacketSize.Bytes;

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
