using System.Net.Http.Headers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>The head of a request: method, url, headers and key.</summary>
internal sealed class RequestMaker(HttpOptions options, string sink)
{
    /// <summary>
    /// The header by which a server knows a request that comes again: draft-ietf-httpapi-idempotency-key-header, in the plain form,
    /// without quotes, that servers ask for.
    /// </summary>
    public const string IdempotencyKey = "Idempotency-Key";

    private readonly HttpMethod _method = options.Method == HttpVerb.Put ? HttpMethod.Put : HttpMethod.Post;
    private readonly AuthenticationHeaderValue? _token = options.Token is { } token ? new("Bearer", token.Reveal()) : null;

    // Two sinks may send the same record to one server. A name may have characters that a header has not.
    private readonly string _sink = Uri.EscapeDataString(sink);

    public Uri Url { get; } = new(options.Url);

    /// <summary>The key of one record; null for one without identity.</summary>
    public string? KeyOf(RecordId id) => id.Queue == Guid.Empty ? null : $"{_sink}-{id}";

    /// <summary>
    /// The key of a batch: the sink, its first and last record and how many there are. Records between two are only ever taken out, so the
    /// same number is the same body.
    /// </summary>
    public string? KeyOf(RecordBatch batch)
    {
        var (first, last) = (batch[0].Id, batch[batch.Count - 1].Id);
        return KeyOf(first) is { } key ? $"{key}-{last.Batch}-{last.Index}-{batch.Count}" : null;
    }

    /// <param name="key">What tells the body from any other, or null.</param>
    /// <param name="content">The body.</param>
    public HttpRequestMessage Make(string? key, HttpContent content)
    {
        var request = new HttpRequestMessage(_method, Url) { Content = content };
        if (key is not null) request.Headers.TryAddWithoutValidation(IdempotencyKey, key);
        if (_token is not null) request.Headers.Authorization = _token;
        foreach (var (name, value) in options.Headers) request.Headers.TryAddWithoutValidation(name, value);
        foreach (var (name, value) in options.SecretHeaders) request.Headers.TryAddWithoutValidation(name, value.Reveal());
        return request;
    }
}
