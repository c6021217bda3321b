using PlantRuntime.Contracts;
using PlantRuntime.Wire.Http;

namespace PlantRuntime.Plugins.Http;

/// <summary>Options of an HTTP sink in site.toml.</summary>
public sealed class HttpOptions : IValidatedOptions
{
    /// <summary>Where requests go.</summary>
    public required string Url { get; init; }

    /// <summary>Method of the requests.</summary>
    public HttpVerb Method { get; init; } = HttpVerb.Post;

    /// <summary>How records become requests.</summary>
    public HttpMode Mode { get; init; } = HttpMode.Array;

    /// <summary>Whether bodies go compressed.</summary>
    public bool Gzip { get; init; }

    /// <summary>Headers of every request.</summary>
    public Dictionary<string, string> Headers { get; init; } = [];

    /// <summary>Headers of every request whose values are secret.</summary>
    public Dictionary<string, Secret> SecretHeaders { get; init; } = [];

    /// <summary>Bearer token, RFC 6750 §2.1.</summary>
    public Secret? Token { get; init; }

    /// <summary>How many requests may be under way at a time. One keeps the order of records.</summary>
    [Bounds(1, 64)]
    public int InFlight { get; init; } = 1;

    /// <summary>Answers from 300 to 499 that are tried again, beside those that always are.</summary>
    [Bounds(300, 499)]
    public int[] Retry { get; init; } = [];

    /// <summary>Whom an https url is trusted by.</summary>
    public TlsOptions? Tls { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate() =>
        UrlRules.Check(Url, Tls).Concat(HeaderRules.Check("headers", Headers)).Concat(
            HeaderRules.Check("secret_headers", SecretHeaders.ToDictionary(h => h.Key, h => h.Value.Reveal()))).Concat(
            HeaderRules.CheckToken(this));
}
