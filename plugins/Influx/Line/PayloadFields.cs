using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Influx.Line;

/// <summary>
/// Reads the fields of a payload: <c>{"a":1,"b":{"c":true},"d":["x"]}</c> has <c>a</c>, <c>b_c</c> and <c>d_0</c>, as telegraf names them.
/// Every number is a float, since JSON writes 2.0 as 2 and a field keeps its first type. Nulls have no field. Pure.
/// </summary>
internal static class PayloadFields
{
    // The default of 64 is less than a recipe may nest.
    private static readonly JsonDocumentOptions s_deep = new() { MaxDepth = 1000 };

    /// <summary>Returns the fields; null if the JSON cannot be read.</summary>
    public static IReadOnlyList<(string Name, Value Value)>? TryRead(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, s_deep);
            return [.. Flatten("", document.RootElement)];
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a text contains half of a surrogate pair.
            return null;
        }
    }

    private static IEnumerable<(string Name, Value Value)> Flatten(string name, JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(p => Flatten(Join(name, p.Name), p.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany((item, index) => Flatten(Join(name, $"{index}"), item)),
        JsonValueKind.Number => [(name, Value.Of(element.GetDouble()))],
        JsonValueKind.String => [(name, Value.Of(element.GetString()))],
        JsonValueKind.True or JsonValueKind.False => [(name, Value.Of(element.GetBoolean()))],
        _ => [],
    };

    private static string Join(string outer, string inner) => outer.Length == 0 ? inner : $"{outer}_{inner}";
}
