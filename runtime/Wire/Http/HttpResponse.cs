using System.Net.Http.Headers;

namespace PlantRuntime.Wire.Http;

/// <summary>The parts of an HTTP response by which a sink decides how to continue. Immutable.</summary>
/// <param name="Status">Status code, RFC 9110 §15.</param>
/// <param name="Reason">Reason phrase of the server.</param>
/// <param name="Body">The beginning of the body of an error; empty for a success.</param>
/// <param name="RetryAfter">The Retry-After header, RFC 9110 §10.2.3, if there is one.</param>
/// <param name="Location">The target of a redirect, if there is one.</param>
/// <param name="Date">The server's clock, RFC 9110 §6.6.1, if it sends it.</param>
public sealed record HttpResponse(
    int Status, string Reason, string Body, RetryConditionHeaderValue? RetryAfter = null, Uri? Location = null,
    DateTimeOffset? Date = null)
{
    // Characters of the body in a log line.
    private const int MaxLength = 300;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    /// <summary>True for 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// Returns the pause that the server asks for, at most one hour, or null if it asks for none or gives a time in the past.
    /// </summary>
    /// <param name="now">
    /// The current time, from which the pause to a date in Retry-After is computed if the server does not send its own time.
    /// </param>
    public TimeSpan? Pause(DateTimeOffset now)
    {
        var pause = RetryAfter?.Delta ?? RetryAfter?.Date - (Date ?? now);
        if (pause > s_longestPause) return s_longestPause;
        return pause > TimeSpan.Zero ? pause : null;
    }

    /// <summary>Formats one line for a log: "429 Too Many Requests, retry after 30 s: slow down".</summary>
    public override string ToString()
    {
        var when = RetryAfter switch
        {
            { Delta: { } delay } => $", retry after {delay.TotalSeconds:0} s",
            { Date: { } date } => $", retry after {date.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            _ => "",
        };
        var where = Location is null ? "" : $", moved to {Location}";
        var text = Format(Body);
        return $"{Status} {Reason}{when}{where}{(text.Length > 0 ? ": " : "")}{text}";
    }

    private static string Format(string body)
    {
        var words = body.Split([.. body.Where(c => char.IsControl(c) || char.IsWhiteSpace(c))], StringSplitOptions.RemoveEmptyEntries);
        var plain = string.Join(' ', words);
        return plain.Length <= MaxLength ? plain : $"{plain.AsSpan(0, MaxLength)}…";
    }
}
