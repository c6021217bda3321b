using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Testing.Captures;

/// <summary>
/// Reads the files of <c>plant record</c>: JSON lines, first a header, <c>{"format":"plant-capture
/// 1","site":"…","started":"…","devices":{"press":["good","amps"]}}</c>, then one line for each scan,
/// <c>{"d":"press","t":"2026-11-21T10:00:00.123Z","v":{"good":true,"amps":null},"q":{"amps":"BAD_RANGE"},"f":"why the scan failed"}</c>.
/// <c>v</c> contains the tags of the scan; <c>q</c> the qualities that are not good, omitted if all are good; <c>f</c> is omitted for a
/// good scan. <see cref="Replay"/> calls it on the test's thread; the only I/O is that of the lines.
/// </summary>
/// <param name="lines">The lines of the file.</param>
/// <param name="simulation">The simulation with the devices of the site.</param>
/// <param name="names">Name in the site for each device of the capture with a different name.</param>
internal sealed class CaptureReader(CaptureLines lines, Simulation simulation, IReadOnlyDictionary<string, string> names)
{
    // Years in which a recording is plausible; the virtual clock can represent more.
    private const int FirstYear = 1970;
    private const int LastYear = 2200;
    private const string Format = "plant-capture 1";
    private static readonly JsonDocumentOptions s_options = new() { AllowDuplicateProperties = false };
    private static readonly Dictionary<string, Quality> s_qualities = Enum.GetValues<Quality>().ToDictionary(q => q.ToText());

    /// <summary>Reads the header.</summary>
    /// <returns>Start of the recording in UTC.</returns>
    /// <exception cref="FormatException">The header is invalid, or contains devices or tags that the site does not have.</exception>
    public DateTime ReadHeader()
    {
        using var header = lines.TryRead(out var line) ? Parse(line) : throw new FormatException("the file is empty");
        var root = header.RootElement;
        if (!root.TryGetProperty("format", out _))
            throw new FormatException($"it does not start like a capture, {{\"format\":\"{Format}\",…}}");
        var format = Text(root, "format");
        if (format != Format) throw new FormatException($"its format is \"{format}\", expected \"{Format}\"");
        foreach (var device in Object(root, "devices"))
        {
            if (device.Value.ValueKind != JsonValueKind.Array) throw new FormatException($"devices.{device.Name} is not a list of tags");
            var simulated = Device(device.Name);
            foreach (var tag in device.Value.EnumerateArray())
                Tag(simulated, tag.ValueKind == JsonValueKind.String ? tag.GetString()! : tag.GetRawText());
        }

        return Time(root, "started");
    }

    /// <summary>Reads the next scan; returns null at the end.</summary>
    /// <exception cref="FormatException">The line is invalid, or contains a device or tag that the site does not have.</exception>
    public CaptureScan? Read()
    {
        if (!lines.TryRead(out var line)) return null;
        using var document = Parse(line);
        var root = document.RootElement;
        var device = Device(Text(root, "d"));
        var time = Time(root, "t");
        var failure = root.TryGetProperty("f", out _) ? Text(root, "f") : null;
        var samples = new List<Sample>();
        foreach (var value in Object(root, "v"))
            samples.Add(new Sample { Tag = Tag(device, value.Name), Value = Value(value.Value), Time = time });
        foreach (var quality in Object(root, "q"))
        {
            var tag = Tag(device, quality.Name);
            var at = samples.FindIndex(s => s.Tag == tag);
            var value = at < 0 ? default : samples[at].Value;
            if (at >= 0) samples.RemoveAt(at);
            samples.Add(new Sample { Tag = tag, Value = value, Quality = Bad(quality), Time = time });
        }

        if (failure is not null && samples.Count == 0)
            samples.AddRange(device.Tags.Select(t => new Sample { Tag = t, Quality = Quality.BadComm, Time = time }));
        samples.Sort((a, b) => a.Tag.Index.CompareTo(b.Tag.Index));
        return new CaptureScan(device, time, failure, [.. samples]);
    }

    private static Quality Bad(JsonProperty quality) =>
        quality.Value.ValueKind == JsonValueKind.String && s_qualities.TryGetValue(quality.Value.GetString()!, out var bad)
            ? bad
            : throw new FormatException(
                $"q.{quality.Name} is {quality.Value.GetRawText()}, expected one of {string.Join(", ", s_qualities.Keys)}");

    private JsonDocument Parse(ReadOnlyMemory<byte> line)
    {
        try
        {
            var document = JsonDocument.Parse(line, s_options);
            return document.RootElement.ValueKind == JsonValueKind.Object ? document : throw new FormatException("expected a JSON object");
        }
        catch (JsonException exception)
        {
            throw new FormatException(lines.IsWhole ? $"the line is not valid JSON: {exception.Message}"
                : "the file ends inside the line: it was truncated");
        }
    }

    private static string Text(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new FormatException($"expected a string \"{name}\"");

    private static JsonElement.ObjectEnumerator Object(JsonElement owner, string name) =>
        !owner.TryGetProperty(name, out var value) ? default
        : value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : throw new FormatException($"expected an object \"{name}\"");

    private static DateTime Time(JsonElement owner, string name) =>
        TimeText.TryParse(Text(owner, name), TimeZoneInfo.Utc, out var time, out _) && time.Year is >= FirstYear and <= LastYear
            ? time
            : throw new FormatException($"\"{name}\" is not a time, for instance \"2026-11-21T10:00:00.123Z\"");

    private static Value Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True or JsonValueKind.False => value.GetBoolean(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number when value.TryGetInt64(out var whole) => whole,
        JsonValueKind.Number when value.TryGetUInt64(out var whole) => whole,
        JsonValueKind.Number => value.GetDouble(),
        JsonValueKind.Array => Contracts.Value.Of([.. value.EnumerateArray().Select(Value)]),
        JsonValueKind.Null => default,
        _ => throw new FormatException($"a tag cannot hold {value.GetRawText()}"),
    };

    private static Tag Tag(SimulatedDevice device, string tag) => device.Find(tag) is var place and >= 0
        ? device.Tags[place]
        : throw new FormatException($"no tag \"{tag}\" in device {device.Name}{Nearest.DidYouMean(tag, device.Tags.Select(t => t.Name))}");

    private SimulatedDevice Device(string name)
    {
        var known = names.GetValueOrDefault(name, name);
        return simulation.DeviceNames.Contains(known)
            ? simulation.Device(known)
            : throw new FormatException($"no device \"{known}\" in site.toml{Nearest.DidYouMean(known, simulation.DeviceNames)}");
    }
}

/// <summary>One scan of a capture. Immutable.</summary>
/// <param name="Device">The simulated device.</param>
/// <param name="Time">Time of the scan in UTC.</param>
/// <param name="Failure">Reason of a failed scan, or null.</param>
/// <param name="Samples">The samples of the scan, in the order of site.toml.</param>
internal sealed record CaptureScan(SimulatedDevice Device, DateTime Time, string? Failure, Sample[] Samples);
