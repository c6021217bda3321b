using System.Text.Json;
using PlantRuntime.Contracts;

namespace PlantRuntime.Payloads;

/// <summary>Converts JSON tokens to values (RFC 8259). Stateless; performs no I/O.</summary>
internal static class JsonValueReader
{
    public const string Null = "the payload contains null";
    public const string IsObject = "is an object: the address needs the path of a value in it";
    public const string IsNested = "is an array of arrays or objects: the address needs the path of a value in it";
    public const string TooLarge = "is a number outside the range of a 64-bit float";

    // Up to here a double represents every integer.
    private const long MaxExact = 1L << 53;

    /// <summary>
    /// Reads the value at the reader. A number is a double, because JSON writes 25.0 as 25 as well; only an integer that a double cannot
    /// represent exactly and 64 bits can remains an integer.
    /// </summary>
    /// <param name="json">A reader at the first token of the value. It is moved only for an array, to its end.</param>
    /// <param name="last">The previous text of the tag, which is reused when it is equal.</param>
    /// <param name="bare">The words that were replaced by 0 in this payload.</param>
    /// <param name="value">The value.</param>
    /// <returns>The reason why there is no value, or null.</returns>
    public static string? Read(ref Utf8JsonReader json, string? last, BareWords bare, out Value value)
    {
        value = default;
        switch (json.TokenType)
        {
            case JsonTokenType.True: value = true; return null;
            case JsonTokenType.False: value = false; return null;
            case JsonTokenType.Null: return Null;
            case JsonTokenType.Number: return bare.Find(json.TokenStartIndex) ?? ReadNumber(ref json, out value);
            case JsonTokenType.String:
                value = last is not null && json.ValueTextEquals(last) ? last : json.GetString();
                return null;
            case JsonTokenType.StartArray: return ReadArray(ref json, bare, out value);
            default: return IsObject;
        }
    }

    /// <summary>True for a reason that says that the device has no value, as opposed to a value of another type.</summary>
    public static bool IsAbsent(string reason) => ReferenceEquals(reason, Null) || ReferenceEquals(reason, BareWords.NotFinite);

    private static string? ReadNumber(ref Utf8JsonReader json, out Value value)
    {
        value = default;
        if (json.TryGetInt64(out var integer)) value = integer is < -MaxExact or > MaxExact ? Value.Of(integer) : Value.Of((double)integer);
        else if (json.TryGetUInt64(out var unsigned)) value = unsigned;
        else if (json.TryGetDouble(out var number) && double.IsFinite(number)) value = number;
        else return TooLarge;
        return null;
    }

    /// <summary>
    /// Converts the value of a tag whose type is integer, also from text. Returns the reason if it is not a 64-bit integer, or null.
    /// </summary>
    public static string? ToInteger(ref Value value)
    {
        if (value.Kind == ValueKind.Text)
        {
            var text = value.Text;
            if (!NumberText.TryParse(text, out value)) return NumberText.Describe(text);
        }

        switch (value.IsNumber ? LosslessConversion.Whole(value) : null)
        {
            case { } whole when whole >= long.MinValue && whole <= long.MaxValue: value = Value.Of((long)whole); return null;
            case { } whole when whole > 0 && whole <= ulong.MaxValue: value = Value.Of((ulong)whole); return null;
            default:
                var found = value.Kind == ValueKind.Array ? "an array" : value.ToString();
                return $"{found} is not a 64-bit integer, which the type of the tag asks for";
        }
    }

    private static string? ReadArray(ref Utf8JsonReader json, BareWords bare, out Value value)
    {
        value = default;
        var items = new List<Value>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType is JsonTokenType.StartArray or JsonTokenType.StartObject) return IsNested;
            if (Read(ref json, null, bare, out var item) is { } problem && !IsAbsent(problem)) return problem;
            items.Add(item);
        }

        value = Value.Of(items.ToArray());
        return null;
    }
}
