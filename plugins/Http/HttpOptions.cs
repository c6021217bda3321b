using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Http;

/// <summary>Options of an HTTP sink in site.toml.</summary>
public sealed class HttpOptions : IValidatedOptions
{
    /// <summary>URL of all requests, with fields of the record in braces.</summary>
    /// <example>url = "https://collector.plant/records"</example>
    public required string Url { get; init; }

    /// <summary>Method of the requests.</summary>
    public HttpVerb Method { get; init; } = HttpVerb.Post;

    /// <summary>The way in which records become requests.</summary>
    public HttpMode Mode { get; init; } = HttpMode.Array;

    /// <summary>True to compress bodies.</summary>
    public bool Gzip { get; init; }

    /// <summary>Headers of every request.</summary>
    /// <example>headers = { X-Plant = "press-hall" }</example>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Headers of every request whose values are secret.</summary>
    /// <example>secret_headers = { X-Key = { env = "API_KEY" } }</example>
    public Dictionary<string, Secret> SecretHeaders { get; init; } = [];

    /// <summary>Bearer token, RFC 6750 §2.1.</summary>
    /// <example>token = { env = "API_TOKEN" }</example>
    public Secret? Token { get; init; }

    /// <summary>Number of requests that may be under way at a time. One keeps the order of records.</summary>
    [Bounds(1, 64)]
    public int InFlight { get; init; } = 1;

    /// <summary>Most records of one request; the host's batches have 500 at most.</summary>
    [Bounds(1, 500)]
    public int Batch { get; init; } = 500;

    /// <summary>Longest time until a request is answered, from 1 s to 5 min.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Status codes from 300 to 499 that are retried, beside those that always are.</summary>
    /// <example>retry = [404, 409]</example>
    [Bounds(300, 499)]
    public int[] Retry { get; init; } = [];

    /// <summary>Status codes from 300 to 599 after which a request is not sent again; an <c>Ask</c> gets them as answers.</summary>
    /// <example>final = [422]</example>
    [Bounds(300, 599)]
    public int[] Final { get; init; } = [];

    /// <summary>Largest answer to an <c>Ask</c>, from 1 KB to 16 MB.</summary>
    public ByteSize MaxResponse { get; init; } = new(1 << 20);

    /// <summary>TLS settings of an https URL.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Address of an HTTP proxy; without it that of the environment, if there is one.</summary>
    /// <example>proxy = "http://proxy:3128"</example>
    public string? Proxy { get; init; }

    /// <summary>User at the proxy.</summary>
    /// <example>proxy_user = "edge"</example>
    public string? ProxyUser { get; init; }

    /// <summary>Password at the proxy.</summary>
    /// <example>proxy_password = { env = "PROXY_PASSWORD" }</example>
    public Secret? ProxyPassword { get; init; }

    /// <summary>The options of the proxy.</summary>
    internal ProxySettings ProxySettings => new(Proxy, ProxyUser, ProxyPassword is { } password ? password.Reveal : null);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() =>
        CheckUrl().Concat(ProxySettings.Check()).Concat(HeaderRules.Check("headers", Headers)).Concat(
            HeaderRules.Check("secret_headers", SecretHeaders.ToDictionary(h => h.Key, h => h.Value.Reveal()))).Concat(
            HeaderRules.CheckToken(this)).Concat(CheckTimeout()).Concat(CheckAnswers());

    private IEnumerable<(string Key, string Message)> CheckUrl()
    {
        if (UrlTemplate.Parse(Url, out var problem) is not { } template) return [("url", problem)];
        return template.HasFields && Mode != HttpMode.Single
            ? [("url", "with fields of the record each record is a request: write mode = \"single\"")]
            : UrlRules.Check(template.Example, Tls);
    }

    private IEnumerable<(string Key, string Message)> CheckAnswers()
    {
        if (Final.Intersect(Retry).Any()) yield return ("final", $"{Final.Intersect(Retry).First()} is in retry, too: leave one out");
        if (MaxResponse.Bytes is < 1 << 10 or > 16 << 20) yield return ("max_response", "is from \"1KB\" to \"16MB\"");
    }

    private IEnumerable<(string Key, string Message)> CheckTimeout()
    {
        if (Timeout < TimeSpan.FromSeconds(1) || Timeout > TimeSpan.FromMinutes(5)) yield return ("timeout", "is from \"1s\" to \"5min\"");
    }
}

/// <summary>The way in which records become requests.</summary>
public enum HttpMode
{
    /// <summary>One request per record; its body is the JSON object of the record.</summary>
    Single,

    /// <summary>One request per batch; its body is a JSON array of the records.</summary>
    Array,

    /// <summary>One request per batch; its body has one line of JSON per record.</summary>
    Lines,
}

/// <summary>The method of requests, RFC 9110 §9.3.</summary>
public enum HttpVerb
{
    /// <summary>POST.</summary>
    Post,

    /// <summary>PUT.</summary>
    Put,
}
