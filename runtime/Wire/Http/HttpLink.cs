using System.Net.Security;
using System.Text;

namespace PlantRuntime.Wire.Http;

/// <summary>
/// Requests to one server over connections that are kept. Nothing happens behind the caller's back: no redirect, cookie, proxy, trace
/// header or retry; every wait is ended by a token.
/// </summary>
public sealed class HttpLink : IDisposable
{
    private const int MostErrorBytes = 4096;
    private static readonly TimeSpan s_lookUpAgain = TimeSpan.FromMinutes(5);
    private readonly HttpMessageInvoker _invoker;

    /// <param name="tls">Whom <c>https</c> urls are trusted by, <see cref="TlsTrust"/>.</param>
    public HttpLink(SslClientAuthenticationOptions tls) => _invoker = new HttpMessageInvoker(new SocketsHttpHandler
    {
        SslOptions = tls,
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ActivityHeadersPropagator = null,
        // A name may point elsewhere later, as when a broken server is replaced.
        PooledConnectionLifetime = s_lookUpAgain,
    });

    /// <summary>Sends a request and waits for the answer's head; of the body of an error, the beginning is read too.</summary>
    /// <exception cref="LinkException">There was no answer.</exception>
    /// <exception cref="OperationCanceledException">The token ended it before the head came; whether the request arrived is unknown.</exception>
    public async Task<HttpAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        try
        {
            using var response = await _invoker.SendAsync(request, cancel).ConfigureAwait(false);
            var body = response.IsSuccessStatusCode ? "" : await ReadStartAsync(response.Content, cancel).ConfigureAwait(false);
            var (status, headers) = ((int)response.StatusCode, response.Headers);
            var location = status is >= 300 and < 400 ? headers.Location : null;
            return new HttpAnswer(status, response.ReasonPhrase ?? "", body, headers.RetryAfter, location);
        }
        catch (HttpRequestException failure)
        {
            throw new LinkException($"{Shown(request.RequestUri)}: {HttpFailureText.Of(failure)}", failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    /// <summary>A url without its query, which may hold a key.</summary>
    public static string Shown(Uri? url) => url?.GetLeftPart(UriPartial.Path) ?? "";

    private static async Task<string> ReadStartAsync(HttpContent content, CancellationToken cancel)
    {
        var bytes = new byte[MostErrorBytes];
        var length = 0;
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
            for (int read; length < bytes.Length && (read = await stream.ReadAsync(bytes.AsMemory(length), cancel).ConfigureAwait(false)) > 0;)
                length += read;
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status is known, and it is what counts.
        }

        return Encoding.UTF8.GetString(bytes, 0, length);
    }
}
