using System.Text.Json;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>Reads lines of JSON with a parser that shares nothing with the writer.</summary>
public static class JsonLine
{
    /// <summary>True when the line is a scan, not a payload.</summary>
    public static bool IsScan(string line) =>
        line.StartsWith("{\"time\":", StringComparison.Ordinal) && line.Contains("\"tags\":{", StringComparison.Ordinal);

    /// <summary>The samples of a scan's line.</summary>
    public static IEnumerable<StoredSample> Samples(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var device = root.GetProperty("device").GetString()!;
        var hasQuality = root.TryGetProperty("quality", out var qualities);
        var found = new List<StoredSample>();
        foreach (var tag in root.GetProperty("tags").EnumerateObject())
        {
            var quality = hasQuality && qualities.TryGetProperty(tag.Name, out var named) ? named.GetString()! : "GOOD";
            found.Add(new StoredSample(device, tag.Name, Text(tag.Value), quality));
        }

        return found;
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => "TRUE",
        JsonValueKind.False => "FALSE",
        JsonValueKind.Null => "",
        JsonValueKind.String => value.GetString()!,
        _ => value.GetRawText(),
    };
}
