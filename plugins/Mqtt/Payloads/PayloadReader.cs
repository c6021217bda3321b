using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Mqtt.Wire;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// Fills tags from messages. A payload is read once, however many tags it brings; nothing is allocated but new texts and arrays.
/// </summary>
/// <param name="addresses">The tags, in the order of the scan buffer.</param>
/// <param name="time">Where the time is, if anywhere.</param>
/// <param name="log">Where it is said that a time is none.</param>
internal sealed class PayloadReader(IReadOnlyList<MqttAddress> addresses, IReadOnlyList<PathStep>? time, IPluginLog log)
{
    private const string NoJson = "the payload is not JSON";
    private const string NoText = "the payload is no UTF-8 text";

    private readonly TopicPlans _plans = new(addresses, time);
    private readonly string?[] _texts = new string?[addresses.Count];
    private bool _isAnyFilled;
    private DateTime? _time;
    private bool _isTimeWrong;

    /// <summary>Puts what a message brings into the buffer.</summary>
    /// <returns>False when it brings nothing: no tag is of its topic, or none of its fields.</returns>
    public bool Fill(in ReceivedMessage message, ScanBuffer into)
    {
        var plan = _plans.Of(message.Topic);
        (_isAnyFilled, _time, _isTimeWrong) = (false, null, false);
        if (plan.Values.Length > 0) FillValues(plan, message.Payload, into);
        foreach (var tag in plan.Texts) FillText(tag, message.Payload, into);
        if (_isTimeWrong && !plan.IsTimeWarned)
        {
            plan.IsTimeWarned = true;
            log.Warn($"{Encoding.UTF8.GetString(message.Topic)}: the time is neither seconds or milliseconds since 1970 nor ISO 8601");
        }

        return _isAnyFilled;
    }

    private void FillText(int tag, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        if (!Utf8.IsValid(payload))
        {
            Bad(tag, NoText, into);
            return;
        }

        if (_texts[tag] is not { } last || !IsSame(last, payload)) _texts[tag] = Encoding.UTF8.GetString(payload);
        Good(tag, _texts[tag], into);
    }

    private static bool IsSame(string last, ReadOnlySpan<byte> payload)
    {
        Span<byte> utf8 = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(last, utf8, out var count) && payload.SequenceEqual(utf8[..count]);
    }

    private void FillValues(TopicPlan plan, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        try
        {
            var json = new Utf8JsonReader(payload);
            json.Read();
            Walk(ref json, plan.Root, into);
            // Behind the value there may be nothing.
            json.Read();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperation: a text that is no UTF-8, or half of a character.
            foreach (var tag in plan.Values) Bad(tag, NoJson, into);
            return;
        }

        if (_time is not { } at) return;
        foreach (var tag in plan.Values)
        {
            // Untouched tags are as the host left them, and keep the scan's time.
            if (into.Samples[tag].Quality != Quality.BadComm) into.Samples[tag].Time = at;
        }
    }

    /// <summary>Takes the value that the reader stands at, and moves it to the value's last token.</summary>
    private void Walk(ref Utf8JsonReader json, PathNode node, ScanBuffer into)
    {
        if (node.IsTime) _isTimeWrong = !TryTime(ref json);
        foreach (var tag in node.Tags)
        {
            var here = json;
            Take(ref here, tag, into);
        }

        if (json.TokenType == JsonTokenType.StartObject && node.HasMembers)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var member = node.Member(ref json);
                json.Read();
                if (member is null) json.Skip();
                else Walk(ref json, member, into);
            }
        }
        else if (json.TokenType == JsonTokenType.StartArray && node.HasElements)
        {
            for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
            {
                if (node.Element(index) is { } element) Walk(ref json, element, into);
                else json.Skip();
            }
        }
        else
        {
            json.Skip();
        }
    }

    private bool TryTime(ref Utf8JsonReader json)
    {
        if (!SourceTime.TryRead(ref json, out var at)) return false;
        _time = at;
        return true;
    }

    private void Take(ref Utf8JsonReader json, int tag, ScanBuffer into)
    {
        var problem = JsonValue.Read(ref json, _texts[tag], out var value);
        if (value.Kind == ValueKind.Text) _texts[tag] = value.Text;
        if (problem is null) Good(tag, value, into);
        else Bad(tag, problem, into);
    }

    private void Good(int tag, Value value, ScanBuffer into)
    {
        _isAnyFilled = true;
        into.Good(tag, value);
    }

    private void Bad(int tag, string reason, ScanBuffer into)
    {
        _isAnyFilled = true;
        into.Bad(tag, ReferenceEquals(reason, JsonValue.Null) ? Quality.BadDevice : Quality.BadType, reason);
    }
}
