using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// Fills tags from messages, by the plan of their topic. Owned by one <see cref="MqttReader"/>; called only within IReader.ReadAsync, one
/// call at a time; not thread-safe.
/// </summary>
/// <param name="addresses">The addresses of the tags, in the order of the scan buffer.</param>
/// <param name="time">Path of the payload's time, if configured.</param>
/// <param name="zone">The zone of times that name none.</param>
/// <param name="log">Log for topics whose time is invalid.</param>
internal sealed class MessageReader(
    IReadOnlyList<MqttAddress> addresses, IReadOnlyList<JsonPathStep>? time, TimeZoneInfo zone, IPluginLog log)
{
    private readonly TopicPlanCache _plans = new(addresses, time);
    private readonly PayloadReader _payloads = new([.. addresses.Select(a => a.IsInteger)], zone);

    /// <summary>Fills the tags of a message into the buffer: those of its first reading if it has several.</summary>
    /// <returns>The number of scans in the message; <see cref="TryFillNext"/> fills the others. 0 when it changes no tag.</returns>
    public int Fill(in ReceivedMessage message, ScanBuffer into)
    {
        var plan = _plans.GetOrCreate(message.Topic);
        var scans = _payloads.Fill(plan, message.Payload, into);
        if (_payloads.NewTimeProblem is { } problem) log.Warn($"{plan.Source}: the time {problem}; the time of arrival is used");
        return scans;
    }

    /// <summary>Makes the tags of a message bad that is longer than the limit; its payload is not read.</summary>
    /// <returns>False when no tag has its topic.</returns>
    public bool FillTooLong(in ReceivedMessage message, string reason, ScanBuffer into) =>
        _payloads.FillBad(_plans.GetOrCreate(message.Topic), reason, into);

    /// <summary>Fills the next reading of the last message; returns false when there is none.</summary>
    public bool TryFillNext(ScanBuffer into) => _payloads.TryFillNext(into);

    /// <summary>Drops the readings that were not filled, because the broker sends their message again.</summary>
    public void Clear() => _payloads.Clear();
}
