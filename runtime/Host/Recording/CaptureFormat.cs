using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Recording;

/// <summary>
/// A capture: lines of JSON. The first is
/// <c>{"format":"plant-capture 1","site":"hall","started":"2026-11-21T10:00:00Z","devices":{"press":["good","amps"]}}</c>, each other one a scan,
/// <c>{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":true,"amps":null},"q":{"amps":"BAD_RANGE"},"f":"no answer"}</c>:
/// <c>v</c> has the tags of this scan, <c>q</c> those of them that are not good, <c>f</c> is there when the scan failed.
/// </summary>
internal static partial class CaptureFormat
{
    public const string Name = "plant-capture 1";

    public static JsonObject Head(string site, DateTime started, IEnumerable<DeviceRunner> devices) => new()
    {
        ["format"] = Name,
        ["site"] = site,
        ["started"] = started,
        ["devices"] = new JsonObject(devices.Select(d =>
            KeyValuePair.Create(d.Name, (JsonNode?)new JsonArray([.. d.Tags.Select(t => JsonValue.Create(t.Name))])))),
    };

    /// <param name="writer">Gets one object.</param>
    /// <param name="scan">The scan.</param>
    /// <param name="masked">By tag index: true where the value is hidden.</param>
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

        if (scan.Failure is { } failure) writer.WriteString("f"u8, WithoutUser(failure));
        writer.WriteEndObject();
    }

    /// <summary>A reason may name an endpoint, and that a user and a password.</summary>
    public static string WithoutUser(string text) => text.Contains('@') ? User().Replace(text, "$1") : text;

    [GeneratedRegex(@"(^|//|[\s""'(=])[^\s/@""'(=]+:[^\s/""']*@")]
    private static partial Regex User();
}
