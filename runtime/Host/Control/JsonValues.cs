using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Control;

/// <summary>Values as JSON, on the way between a command and the host.</summary>
internal static class JsonValues
{
    /// <summary>A value as JSON; floats keep their shortest digits.</summary>
    public static JsonNode? Of(Value value)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) RecordJson.WriteValue(writer, value);
        return JsonNode.Parse(bytes.ToArray());
    }

    /// <summary>A value as a user types it: JSON, in which TRUE and FALSE may be upper case; anything else is text.</summary>
    public static JsonNode? OfText(string text)
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

    /// <summary>The value of JSON.</summary>
    /// <exception cref="ControlException">It is an object.</exception>
    public static Value Parse(JsonNode? node) => node switch
    {
        null => Value.Null,
        JsonArray array => Value.Of([.. array.Select(Parse)]),
        JsonValue value => Scalar(value.GetValue<JsonElement>()),
        _ => throw new ControlException("a value is a number, true, false, a text or a list of these"),
    };

    private static Value Scalar(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => element.GetString(),
        _ when element.TryGetInt64(out var number) => number,
        _ when element.TryGetUInt64(out var number) => number,
        _ => element.GetDouble(),
    };
}
