using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>JSON tokens as values (RFC 8259). Pure.</summary>
internal static class JsonValue
{
    public const string Null = "the payload says null";
    public const string IsObject = "holds an object: the address needs the path of a value in it";
    public const string IsNested = "holds an array of arrays or objects: the address needs the path of a value in it";
    public const string TooLarge = "holds a number beyond a 64-bit float";

    /// <summary>
    /// The value that the reader stands at: an integer where it is written as one and fits into 64 bits, else a double.
    /// </summary>
    /// <param name="json">At the first token of the value; not moved beyond it but for an array, which it is moved to the end of.</param>
    /// <param name="last">The text that was there last: not made anew when it is the same.</param>
    /// <param name="value">The value.</param>
    /// <returns>Why there is none, or null.</returns>
    public static string? Read(ref Utf8JsonReader json, string? last, out Value value)
    {
        value = default;
        switch (json.TokenType)
        {
            case JsonTokenType.True: value = true; return null;
            case JsonTokenType.False: value = false; return null;
            case JsonTokenType.Null: return Null;
            case JsonTokenType.Number: return Number(ref json, out value);
            case JsonTokenType.String:
                value = last is not null && json.ValueTextEquals(last) ? last : json.GetString();
                return null;
            case JsonTokenType.StartArray: return Array(ref json, out value);
            default: return IsObject;
        }
    }

    private static string? Number(ref Utf8JsonReader json, out Value value)
    {
        value = default;
        if (json.TryGetInt64(out var integer)) value = integer;
        else if (json.TryGetUInt64(out var unsigned)) value = unsigned;
        else if (json.TryGetDouble(out var number) && double.IsFinite(number)) value = number;
        else return TooLarge;
        return null;
    }

    private static string? Array(ref Utf8JsonReader json, out Value value)
    {
        value = default;
        var items = new List<Value>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) return IsNested;
            if (Read(ref json, null, out var item) is { } problem && problem != Null) return problem;
            items.Add(item);
        }

        value = Value.Of(items.ToArray());
        return null;
    }
}
