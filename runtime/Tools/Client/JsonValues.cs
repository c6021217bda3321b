using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tools.Client;

/// <summary>Converts values to JSON and back, for requests to the host. Pure.</summary>
internal static class JsonValues
{
    private const string Expected = "a value is a number, true, false, a text or a list of these";

    /// <summary>Converts a value to JSON; floats have their shortest digits.</summary>
    public static JsonNode? From(Value value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) RecordJson.WriteValue(writer, value);
        return JsonNode.Parse(bytes.ToArray());
    }

    /// <summary>Parses a value as a user types it: JSON, with TRUE and FALSE in any case; all other input is text.</summary>
    public static JsonNode? FromText(string text)
    {
        if (bool.TryParse(text, out var truth)) return truth;
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return text;
        }
    }

    /// <summary>Converts JSON to a value.</summary>
    /// <exception cref="FormatException">The JSON is an object.</exception>
    public static Value Parse(JsonNode? node) => node switch
    {
        null => Value.Null,
        JsonArray array => Value.Of([.. array.Select(Parse)]),
        JsonValue value => From(value.GetValue<JsonElement>()),
        _ => throw new FormatException(Expected),
    };

    /// <inheritdoc cref="Parse"/>
    public static Value From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => Value.Null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        JsonValueKind.Array => Value.Of([.. element.EnumerateArray().Select(From)]),
        JsonValueKind.Object => throw new FormatException(Expected),
        _ when element.TryGetInt64(out var number) => number,
        _ when element.TryGetUInt64(out var number) => number,
        _ => element.GetDouble(),
    };
}
