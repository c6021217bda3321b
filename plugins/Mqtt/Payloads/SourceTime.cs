using System.Text.Json;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>
/// The time that a payload tells: seconds or milliseconds since 1970 (a number from 1e11 on is milliseconds: as seconds it would be after
/// the year 5138), or text by ISO 8601, which is UTC when it names no offset. Pure.
/// </summary>
internal static class SourceTime
{
    private const decimal LeastMilliseconds = 1e11m;
    private const decimal MostMilliseconds = 253_402_300_799_999m;

    public static bool TryRead(ref Utf8JsonReader json, out DateTime time)
    {
        time = default;
        if (json.TokenType == JsonTokenType.String) return TryIso(ref json, out time);
        if (json.TokenType != JsonTokenType.Number || !json.TryGetDecimal(out var number)) return false;
        if (number is < 0 or > MostMilliseconds) return false;
        var milliseconds = number < LeastMilliseconds ? number * 1000 : number;
        time = DateTime.UnixEpoch.AddTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond));
        return true;
    }

    private static bool TryIso(ref Utf8JsonReader json, out DateTime time)
    {
        if (!json.TryGetDateTime(out time)) return false;
        time = time.Kind == DateTimeKind.Unspecified ? DateTime.SpecifyKind(time, DateTimeKind.Utc) : time.ToUniversalTime();
        return true;
    }
}
