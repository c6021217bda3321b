using System.Net.Http.Headers;

namespace PlantRuntime.Wire.Http;

/// <summary>What an HTTP server answered.</summary>
/// <param name="Status">Status code, RFC 9110 §15.</param>
/// <param name="Reason">The words beside it, as the server gave them.</param>
/// <param name="Body">The beginning of the body of an answer that is no success; else empty.</param>
/// <param name="RetryAfter">When the server wants to be asked again, RFC 9110 §10.2.3, if it said so.</param>
/// <param name="Location">Where the server would rather have the request, if it said so.</param>
public sealed record HttpAnswer(int Status, string Reason, string Body, RetryConditionHeaderValue? RetryAfter = null, Uri? Location = null)
{
    private const int MostShown = 300;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromHours(1);

    /// <summary>True for 200 to 299.</summary>
    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>
    /// How long the server wants to be left alone, an hour at most; null when it did not say, or a time that is over.
    /// </summary>
    /// <param name="now">The time now, from which a date counts.</param>
    public TimeSpan? Pause(DateTimeOffset now)
    {
        var pause = RetryAfter?.Delta ?? RetryAfter?.Date - now;
        if (pause > s_longestPause) return s_longestPause;
        return pause > TimeSpan.Zero ? pause : null;
    }

    /// <summary>One line for a log: "429 Too Many Requests, retry after 30 s: slow down".</summary>
    public override string ToString()
    {
        var when = RetryAfter switch
        {
            { Delta: { } delay } => $", retry after {delay.TotalSeconds:0} s",
            { Date: { } date } => $", retry after {date.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}",
            _ => "",
        };
        var where = Location is null ? "" : $", moved to {Location}";
        var text = Shown(Body);
        return $"{Status} {Reason}{when}{where}{(text.Length > 0 ? ": " : "")}{text}";
    }

    private static string Shown(string body)
    {
        var words = body.Split([.. body.Where(c => char.IsControl(c) || char.IsWhiteSpace(c))], StringSplitOptions.RemoveEmptyEntries);
        var plain = string.Join(' ', words);
        return plain.Length <= MostShown ? plain : $"{plain.AsSpan(0, MostShown)}…";
    }
}
