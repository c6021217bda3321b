using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// The fields of a payload: <c>{"a":1,"b":{"c":true},"d":["x"]}</c> has <c>a</c>, <c>b_c</c> and <c>d_0</c>, as telegraf names them. Every
/// number is a float, since JSON writes 2.0 as 2 and a field keeps its first type. Nulls have no field.
/// </summary>
internal static class PayloadFields
{
    // A recipe may nest deeper than the reader's default of 64.
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1000 };

    /// <returns>False when the JSON cannot be read, so that what was written is of no use.</returns>
    public static bool TryWrite(PointWriter points, ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, s_deep);
            Write(points, "", document.RootElement);
            return true;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text with half of a surrogate pair.
            return false;
        }
    }

    private static void Write(PointWriter points, string name, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject()) Write(points, Join(name, property.Name), property.Value);
                break;
            case JsonValueKind.Array:
                var index = 0;
                foreach (var item in element.EnumerateArray()) Write(points, Join(name, $"{index++}"), item);
                break;
            case JsonValueKind.Number: points.Field(name, Value.Of(element.GetDouble())); break;
            case JsonValueKind.String: points.Field(name, Value.Of(element.GetString())); break;
            case JsonValueKind.True or JsonValueKind.False: points.Field(name, Value.Of(element.GetBoolean())); break;
        }
    }

    private static string Join(string outer, string inner) => outer.Length == 0 ? inner : $"{outer}_{inner}";
}
