using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Devices.Writing;

/// <summary>
/// Lines of the audit log:
/// <c>{"time":"…","who":"recipes/press.csx(3,1)","device":"press","tag":"setpoint","value":12.5,"outcome":"written"}</c>,
/// with a <c>reason</c> where there is one. What is about to be sent has a line before it with the outcome <c>begun</c>.
/// </summary>
internal static class AuditEntry
{
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An outcome as the log has it.</summary>
    public static string Word(WriteOutcome outcome) => JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    /// <summary>The line of an attempt.</summary>
    public static byte[] Of(DateTime time, WriteRequest request, WriteResult result) => Of(time, request, Word(result.Outcome), result.Reason);

    /// <summary>The line of an attempt that is about to be sent.</summary>
    public static byte[] Begun(DateTime time, WriteRequest request) => Of(time, request, "begun", reason: null);

    /// <summary>One line for refused attempts for which there was no room.</summary>
    public static byte[] Unsaid(DateTime time, long attempts) => Line(writer =>
    {
        writer.WriteString("time", time);
        writer.WriteNumber("attempts", attempts);
        writer.WriteString("outcome", Word(WriteOutcome.Refused));
        writer.WriteString("reason", "the disk did not keep up with the audit log");
    });

    private static byte[] Of(DateTime time, WriteRequest request, string outcome, string? reason) => Line(writer =>
    {
        writer.WriteString("time", time);
        writer.WriteString("who", request.Who);
        writer.WriteString("device", request.Device);
        writer.WriteString("tag", request.Tag);
        writer.WritePropertyName("value");
        RecordJson.WriteValue(writer, request.Value);
        writer.WriteString("outcome", outcome);
        if (reason is not null) writer.WriteString("reason", reason);
    });

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
