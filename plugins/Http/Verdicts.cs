namespace PlantRuntime.Plugins.Http;

/// <summary>Reads status codes (RFC 9110 §15; 425: RFC 8470 §5.2; 429: RFC 6585 §4).</summary>
internal static class Verdicts
{
    /// <param name="status">The status code.</param>
    /// <param name="alsoRetried">Codes that the site wants to be tried again.</param>
    public static Verdict Of(int status, ReadOnlySpan<int> alsoRetried) => status switch
    {
        >= 200 and < 300 => Verdict.Stored,
        // Credentials are not the records' fault: an expired token must not empty the queue into the dead letters.
        401 or 403 or 407 => Verdict.Retry,
        408 or 425 or 429 => Verdict.Retry,
        >= 400 and < 500 when !alsoRetried.Contains(status) => Verdict.Rejected,
        _ => Verdict.Retry,
    };
}
