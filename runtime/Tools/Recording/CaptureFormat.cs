using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Writes a capture: lines of JSON. The first is <c>{"format":"plant-capture
/// 1","site":"hall","started":"2026-11-21T10:00:00Z","devices":{"press":["good","amps"]}}</c>, every other line is a scan,
/// <c>{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":true,"amps":null},"q":{"amps":"BAD_RANGE"},"f":"no answer"}</c>: <c>v</c> has
/// the values of the scan's tags, <c>q</c> the qualities that are not good, <c>f</c> the reason of a failed scan. Pure; called by
/// <see cref="Recording"/> in the host.
/// </summary>
internal static partial class CaptureFormat
{
    /// <summary>The name and version of the format.</summary>
    public const string Name = "plant-capture 1";

    /// <summary>Creates the first line of a capture.</summary>
    public static JsonObject CreateHeader(string site, DateTime started, IEnumerable<DeviceSupervisor> devices) => new()
    {
        ["format"] = Name,
        ["site"] = site,
        ["started"] = started,
        ["devices"] = new JsonObject(devices.Select(d =>
            KeyValuePair.Create(d.Name, (JsonNode?)new JsonArray([.. d.Tags.Select(t => JsonValue.Create(t.Name))])))),
    };

    /// <summary>Writes one scan.</summary>
    /// <param name="writer">Receives one object.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="masked">By tag index: true if the value is hidden.</param>
    public static void Write(Utf8JsonWriter writer, Scan scan, bool[] masked)
    {
        writer.WriteStartObject();
        writer.WriteString("d"u8, scan.Device);
        writer.WriteString("t"u8, scan.Time);
        writer.WriteStartObject("v"u8);
        var bad = 0;
        foreach (ref readonly var sample in scan.Samples)
        {
            writer.WritePropertyName(sample.Tag.Name);
            RecordJson.WriteValue(writer, masked[sample.Tag.Index] ? TagMask.Hide(sample.Value) : sample.Value);
            if (sample.Quality != Quality.Good) bad++;
        }

        writer.WriteEndObject();
        if (bad > 0)
        {
            writer.WriteStartObject("q"u8);
            foreach (ref readonly var sample in scan.Samples)
            {
                if (sample.Quality != Quality.Good) writer.WriteString(sample.Tag.Name, sample.Quality.ToText());
            }

            writer.WriteEndObject();
        }

        if (scan.Failure is { } failure) writer.WriteString("f"u8, WithoutUser(LogText.Sanitize(failure)));
        writer.WriteEndObject();
    }

    /// <summary>Removes user and password from an endpoint in the text of a reason.</summary>
    public static string WithoutUser(string text) => text.Contains('@') ? User().Replace(text, "$1") : text;

    [GeneratedRegex(@"(^|//|[\s""'(=])[^\s/@""'(=]+:[^\s/""']*@")]
    private static partial Regex User();
}
