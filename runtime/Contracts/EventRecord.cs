using System.Text.Json;

namespace PlantRuntime.Contracts;

/// <summary>
/// The start or the end of an event, such as <c>Events(reportStart: true)</c> of a recipe emits it. It is an ordinary payload:
/// <c>{"event_id":"9f3c…-41d0…","previous_id":null,"device":"lagoon","tag":"valve_1","start":"2026-…Z","end":null,"duration":null}</c>.
/// A sink that has a row for each event inserts it at the start and completes the same row at the end; other sinks store the payload.
/// Immutable.
/// </summary>
/// <param name="Id">
/// The same in start and end. Events of the same origin, which never overlap, share the part before the last "-".
/// </param>
/// <param name="PreviousId">
/// <see cref="Id"/> of the event before, of the same origin; null for none. Two events with the same one are the same event: the host was
/// killed before it had saved that the first had begun.
/// </param>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag; empty if the payload has none.</param>
/// <param name="Start">Time of the start, in UTC.</param>
/// <param name="End">Time of the end, in UTC; null while the event is open.</param>
/// <param name="Duration">Duration; null while the event is open, and if the payload has none.</param>
public sealed record EventRecord(
    string Id, string? PreviousId, string Device, string Tag, DateTime Start, DateTime? End, TimeSpan? Duration)
{
    private static ReadOnlySpan<byte> Opening => "{\"event_id\":\""u8;

    /// <summary>The part of <see cref="Id"/> that events of the same origin share.</summary>
    public string Series => Id.LastIndexOf('-') is var end and > 0 ? Id[..end] : Id;

    /// <summary>
    /// Reads the event from a payload. Returns null for samples, and for a payload whose first field is not a text <c>event_id</c> or which
    /// has no valid <c>start</c>. Never throws. Other payloads cost a comparison of 13 bytes.
    /// </summary>
    public static EventRecord? From(in Record record)
    {
        if (!record.Json.Span.StartsWith(Opening)) return null;
        try
        {
            return Read(record);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text that is not valid UTF-16.
            return null;
        }
    }

    private static EventRecord? Read(in Record record)
    {
        var json = new Utf8JsonReader(record.Json.Span);
        var (id, previous, device, tag) = ("", (string?)null, record.Device, "");
        var (start, end, duration) = ((DateTime?)null, (DateTime?)null, (TimeSpan?)null);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString();
            json.Read();
            var isText = json.TokenType == JsonTokenType.String;
            switch (name)
            {
                case "event_id" when isText: id = json.GetString()!; break;
                case "previous_id" when isText: previous = json.GetString(); break;
                case "device" when isText: device = json.GetString()!; break;
                case "tag" when isText: tag = json.GetString()!; break;
                case "start" when isText: start = Time(json); break;
                case "end" when isText: end = Time(json); break;
                case "duration" when json.TokenType == JsonTokenType.Number: duration = Seconds(json); break;
                default: json.Skip(); break;
            }
        }

        return id.Length == 0 || start is not { } begin ? null : new EventRecord(id, previous, device, tag, begin, end, duration);
    }

    private static DateTime? Time(in Utf8JsonReader json) => !json.TryGetDateTime(out var time) ? null
        : time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime();

    private static TimeSpan? Seconds(in Utf8JsonReader json) =>
        json.TryGetDouble(out var seconds) && Math.Abs(seconds) < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : null;
}
