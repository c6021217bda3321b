using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>
/// Formats the lines of the audit log:
/// <c>{"time":"…","who":"recipes/press.csx(3,1)","device":"press","tag":"setpoint","value":12.5,"outcome":"written"}</c>,
/// with a <c>reason</c> where there is one. A write that is about to be sent has a line with the outcome <c>begun</c> before that. Actions
/// of users have <c>"address":"10.0.0.7","action":"restart","name":"press"</c> instead of device, tag and value.
/// Pure; AuditLog writes the lines.
/// </summary>
internal static class AuditEntry
{
    private const int MaxValueBytes = 1000;
    private const int ShownBytes = 200;
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Returns an outcome in the form of the log.</summary>
    public static string ToText(WriteOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    /// <summary>Returns the line of an attempt that ended.</summary>
    public static byte[] From(DateTime time, TagWriteRequest request, WriteResult result) =>
        From(time, request, ToText(result.Outcome), result.Reason);

    /// <summary>Returns the line of an attempt that is about to be sent.</summary>
    public static byte[] Begun(DateTime time, TagWriteRequest request) => From(time, request, "begun", reason: null);

    /// <summary>Returns one line for refused attempts for which there was no room.</summary>
    public static byte[] Suppressed(DateTime time, long attempts) => Line(writer =>
    {
        writer.WriteString("time", time);
        writer.WriteNumber("attempts", attempts);
        writer.WriteString("outcome", ToText(WriteOutcome.Refused));
        writer.WriteString("reason", "the disk did not keep up with the audit log");
    });

    private static byte[] From(DateTime time, TagWriteRequest request, string outcome, string? reason) => Line(writer =>
    {
        writer.WriteString("time", time);
        writer.WriteString("who", request.Who);
        writer.WriteString("device", request.Device);
        writer.WriteString("tag", request.Tag);
        writer.WritePropertyName("value");
        WriteValue(writer, request.Value);
        writer.WriteString("outcome", outcome);
        if (reason is not null) writer.WriteString("reason", reason);
    });

    /// <summary>Returns the line of a user's action.</summary>
    public static byte[] From(DateTime time, UserAction action) => Line(writer =>
    {
        writer.WriteString("time", time);
        writer.WriteString("who", action.Who);
        if (action.Address is not null) writer.WriteString("address", action.Address);
        writer.WriteString("action", action.Action);
        if (action.Subject is not null) writer.WriteString("name", action.Subject);
        writer.WriteString("outcome", action.Outcome);
        if (action.Reason is not null) writer.WriteString("reason", action.Reason);
    });

    /// <summary>Writes a value, shortened: a user who writes long texts must not push the entries of others out of the log.</summary>
    private static void WriteValue(Utf8JsonWriter writer, Value value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, s_options)) RecordJson.WriteValue(json, value);
        if (bytes.Length <= MaxValueBytes) writer.WriteRawValue(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), skipInputValidation: true);
        else writer.WriteStringValue($"{Encoding.UTF8.GetString(bytes.GetBuffer(), 0, ShownBytes)}… ({bytes.Length} bytes)");
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, s_options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        bytes.Write("\n"u8);
        return bytes.ToArray();
    }
}
