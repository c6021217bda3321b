using System.Net.Http.Headers;
using PlantRuntime.Contracts;

namespace PlantRuntime.Plugins.Http;

/// <summary>The head of a request: method, url, headers and key.</summary>
internal sealed class RequestMaker(HttpOptions options)
{
    /// <summary>
    /// The header by which a server knows a request that comes again: draft-ietf-httpapi-idempotency-key-header, in the plain form,
    /// without quotes, that servers ask for.
    /// </summary>
    public const string IdempotencyKey = "Idempotency-Key";

    private readonly HttpMethod _method = options.Method == HttpVerb.Put ? HttpMethod.Put : HttpMethod.Post;
    private readonly AuthenticationHeaderValue? _token = options.Token is { } token ? new("Bearer", token.Reveal()) : null;

    public Uri Url { get; } = new(options.Url);

    /// <param name="first">The identity of the first record in the body: no other request has a body that begins with it.</param>
    /// <param name="content">The body.</param>
    public HttpRequestMessage Make(RecordId first, HttpContent content)
    {
        var request = new HttpRequestMessage(_method, Url) { Content = content };
        if (first.Queue != Guid.Empty) request.Headers.TryAddWithoutValidation(IdempotencyKey, first.ToString());
        if (_token is not null) request.Headers.Authorization = _token;
        foreach (var (name, value) in options.Headers) request.Headers.TryAddWithoutValidation(name, value);
        foreach (var (name, value) in options.SecretHeaders) request.Headers.TryAddWithoutValidation(name, value.Reveal());
        return request;
    }
}
