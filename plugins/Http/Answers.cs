namespace PlantRuntime.Plugins.Http;

/// <summary>What status codes mean for the records of a request (RFC 9110 §15; 425: RFC 8470 §5.2; 429: RFC 6585 §4).</summary>
internal static class Answers
{
    /// <summary>True when the same request can never be stored; false when it may be another time.</summary>
    /// <param name="status">A status code that is no success.</param>
    /// <param name="alsoRetried">Codes that the site wants to be tried again.</param>
    public static bool IsRefusal(int status, ReadOnlySpan<int> alsoRetried) => status switch
    {
        // Credentials are not the records' fault: an expired token must not empty the queue into the dead letters.
        401 or 403 or 407 => false,

        // Nor are method and gzip, which are the same for all records. A path may be wrong for one record alone: 404 is about that one.
        405 or 415 => false,
        408 or 425 or 429 => false,
        _ => status is >= 400 and < 500 && !alsoRetried.Contains(status),
    };
}
