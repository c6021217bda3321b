namespace PlantRuntime.Plugins.Http;

/// <summary>Decides by the status code whether a request is retried (RFC 9110 §15; 425: RFC 8470 §5.2; 429: RFC 6585 §4). Pure.</summary>
internal static class StatusPolicy
{
    /// <summary>True if the response is an answer for the recipe that asked.</summary>
    public static bool IsAnswer(int status, HttpOptions options) => status is >= 200 and < 300 || options.Final.Contains(status);

    /// <summary>True if the records are refused for good; false if the same request may succeed later.</summary>
    /// <param name="status">A status code other than 200 to 299.</param>
    /// <param name="options">Further codes that the site configured to be retried or to be final.</param>
    public static bool IsRefusal(int status, HttpOptions options) => status switch
    {
        _ when options.Final.Contains(status) => true,

        // Wrong credentials concern all records: an expired token must not empty the queue into the dead letters.
        401 or 403 or 407 => false,

        // Method and gzip, too, are the same for all records. 404 is not in this list, because it may concern one record only.
        405 or 415 => false,
        408 or 425 or 429 => false,
        _ => status is >= 400 and < 500 && !options.Retry.Contains(status),
    };
}
