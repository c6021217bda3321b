using System.Net.Http.Headers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>
/// Creates requests: method, URL, headers and idempotency key. Secrets are revealed for each request, so that a replaced file is used by
/// the next attempt. Used by several calls at a time; it has no state. Sends nothing.
/// </summary>
internal sealed class RequestBuilder(HttpOptions options, string sink)
{
    /// <summary>
    /// The header by which a server recognizes a repeated request: draft-ietf-httpapi-idempotency-key-header, in the plain form without
    /// quotes that servers expect.
    /// </summary>
    public const string IdempotencyKey = "Idempotency-Key";

    private readonly HttpMethod _method = options.Method == HttpVerb.Put ? HttpMethod.Put : HttpMethod.Post;

    // Part of the key, because two sinks may send the same record to one server. Escaped, because a header takes ASCII only.
    private readonly string _sink = Uri.EscapeDataString(sink);

    private readonly UrlTemplate _url = UrlTemplate.Parse(options.Url, out var problem) ?? throw new ArgumentException(problem);

    /// <summary>The URL for texts, without its query.</summary>
    public string Shown => _url.Shown;

    /// <summary>The URL with "x" for each field of a record.</summary>
    public string Example => _url.Example;

    /// <summary>Creates a request without a record, with the headers and secrets of all requests.</summary>
    /// <exception cref="NotConnectedException">A secret was replaced by one that no header can carry.</exception>
    public HttpRequestMessage CreateProbe(HttpMethod method) => AddHeaders(new HttpRequestMessage(method, Example));

    /// <summary>The key of one record; null if it has no identity.</summary>
    public string? KeyOf(RecordId id) => id.Queue == Guid.Empty ? null : $"{_sink}-{id}";

    /// <summary>
    /// The key of a batch: the sink, the first and last record and the number of records. Between two attempts records are only removed
    /// from a batch, so the same number means the same body.
    /// </summary>
    public string? KeyOf(RecordBatch batch)
    {
        var (first, last) = (batch[0].Id, batch[batch.Count - 1].Id);
        return KeyOf(first) is { } key ? $"{key}-{last.Batch}-{last.Index}-{batch.Count}" : null;
    }

    /// <summary>Creates a request.</summary>
    /// <param name="key">The idempotency key of the body, or null.</param>
    /// <param name="body">The record, or the records of a batch.</param>
    /// <exception cref="NotConnectedException">A secret was replaced by one that no header can carry.</exception>
    /// <exception cref="RejectedException">The record lacks a field of the URL.</exception>
    public HttpRequestMessage Create(string? key, RecordBody body)
    {
        var request = new HttpRequestMessage(_method, _url.Expand(body.Written))
            { Content = body.ToContent(options.Mode == HttpMode.Lines, options.Gzip) };
        if (key is not null) request.Headers.TryAddWithoutValidation(IdempotencyKey, key);
        return AddHeaders(request);
    }

    private HttpRequestMessage AddHeaders(HttpRequestMessage request)
    {
        if (options.Token is { } token)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", HeaderRules.Reveal("token", token));
        foreach (var (name, value) in options.Headers) request.Headers.TryAddWithoutValidation(name, value);
        foreach (var (name, value) in options.SecretHeaders)
            request.Headers.TryAddWithoutValidation(name, HeaderRules.Reveal(name, value));
        return request;
    }
}
