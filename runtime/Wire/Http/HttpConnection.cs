using System.Net;
using System.Net.Security;
using System.Text;

namespace PlantRuntime.Wire.Http;

/// <summary>
/// Sends requests to one server and keeps its TCP connections open. One sink owns it. Several requests may be under way at a time, on
/// any threads; each ends with its caller's token. It follows no redirect, uses no cookie, adds no trace header, and never retries or
/// logs. Requests go through a proxy if one is given or the environment names one (HTTP_PROXY, HTTPS_PROXY, NO_PROXY).
/// </summary>
public sealed class HttpConnection : IDisposable
{
    // Bytes of an error body that are read; the rest is dropped.
    private const int MaxErrorBytes = 4096;

    // Bytes that are allocated for an answer whose length is not known.
    private const int FirstBytes = 4096;
    private static readonly TimeSpan s_lookUpInterval = TimeSpan.FromMinutes(5);
    private readonly HttpMessageInvoker _invoker;
    private readonly IWebProxy _proxy;

    /// <summary>Creates the connection pool without opening a connection.</summary>
    /// <param name="tls">TLS settings for <c>https</c> URLs, see <see cref="Tls.TlsClientSettings"/>.</param>
    /// <param name="proxy">The proxy of the options; null for that of the environment, if there is one.</param>
    public HttpConnection(SslClientAuthenticationOptions tls, IWebProxy? proxy)
    {
        _proxy = proxy ?? HttpClient.DefaultProxy;
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            SslOptions = tls,
            AllowAutoRedirect = false,
            UseCookies = false,
            Proxy = _proxy,
            ActivityHeadersPropagator = null,
            // Renews connections, which resolves the host name again, so that a server with a new address is found.
            PooledConnectionLifetime = s_lookUpInterval,
        });
    }

    /// <summary>Sends a request and reads the head of the response, and for an error status also the beginning of the body.</summary>
    /// <exception cref="LinkException">There was no response.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token ended the call before the head was received; whether the request arrived is unknown.
    /// </exception>
    public async Task<HttpResponse> SendAsync(HttpRequestMessage request, CancellationToken cancel) =>
        (await AskAsync(request, _ => false, 0, cancel).ConfigureAwait(false)).Head;

    /// <summary>Sends a request and reads the whole body of an answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isAnswer">True for the status codes whose body is the answer.</param>
    /// <param name="maxBytes">Most bytes of an answer; the rest of a larger one is not read.</param>
    /// <param name="cancel">Ends the call.</param>
    /// <returns>The head of the response, and the answer; null if the response is none or is too large.</returns>
    /// <exception cref="LinkException">There was no response, or it ended early.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token ended the call before the response was received; whether the request arrived is unknown.
    /// </exception>
    public async Task<(HttpResponse Head, byte[]? Answer)> AskAsync(
        HttpRequestMessage request, Func<int, bool> isAnswer, int maxBytes, CancellationToken cancel)
    {
        try
        {
            using var response = await _invoker.SendAsync(request, cancel).ConfigureAwait(false);
            var (status, headers) = ((int)response.StatusCode, response.Headers);
            var isWanted = isAnswer(status);
            var answer = isWanted ? await ReadAllAsync(response.Content, maxBytes, cancel).ConfigureAwait(false) : null;
            var error = isWanted || response.IsSuccessStatusCode ? ""
                : await ReadStartAsync(response.Content, cancel).ConfigureAwait(false);
            var location = status is >= 300 and < 400 ? headers.Location : null;
            return (new HttpResponse(status, response.ReasonPhrase ?? "", error, headers.RetryAfter, location, headers.Date), answer);
        }
        catch (HttpRequestException failure)
        {
            var url = request.RequestUri;
            throw new LinkException($"{FormatUrl(url)}: {Via(url)}{HttpFailureText.Describe(failure)}", failure);
        }
        catch (IOException failure)
        {
            throw new LinkException($"{FormatUrl(request.RequestUri)}: the response ended before it was complete", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    /// <summary>Formats a URL for log and error texts, without its query, which may hold a key.</summary>
    public static string FormatUrl(Uri? url) => url?.GetLeftPart(UriPartial.Path) ?? "";

    private string Via(Uri? url) =>
        url is not null && !_proxy.IsBypassed(url) && _proxy.GetProxy(url) is { } proxy ? $"through the proxy {proxy.Authority}: " : "";

    /// <returns>The body; null if it is larger than <paramref name="maxBytes"/>.</returns>
    private static async Task<byte[]?> ReadAllAsync(HttpContent content, int maxBytes, CancellationToken cancel)
    {
        if (content.Headers.ContentLength > maxBytes) return null;
        await using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        var bytes = new byte[Math.Min(content.Headers.ContentLength + 1 ?? FirstBytes, maxBytes + 1L)];
        var length = 0;
        while (await stream.ReadAsync(bytes.AsMemory(length), cancel).ConfigureAwait(false) is var read and > 0)
        {
            length += read;
            if (length > maxBytes) return null;
            if (length == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(length * 2L, maxBytes + 1L));
        }

        return length == bytes.Length ? bytes : bytes[..length];
    }

    private static async Task<string> ReadStartAsync(HttpContent content, CancellationToken cancel)
    {
        var bytes = new byte[MaxErrorBytes];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            while (length < bytes.Length)
            {
                var read = await stream.ReadAsync(bytes.AsMemory(length), cancel).ConfigureAwait(false);
                if (read == 0) break;
                length += read;
            }
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status is known already; the body only explains it.
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
