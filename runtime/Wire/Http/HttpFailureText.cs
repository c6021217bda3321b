using System.Net.Sockets;
using System.Security.Authentication;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Wire.Http;

/// <summary>Describes failed requests in terms that network staff know. Pure. Called by <see cref="HttpConnection"/>.</summary>
internal static class HttpFailureText
{
    public static string Describe(HttpRequestException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket) return SocketErrorText.From(socket);
            if (cause is AuthenticationException refused) return TlsFailureText.Describe(refused);
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.ProxyTunnelError => $"it opens no tunnel to the server: {failure.Message}",
            HttpRequestError.SecureConnectionError => $"no TLS connection: {(failure.InnerException ?? failure).Message}",
            HttpRequestError.ResponseEnded => "the server closed the connection before it answered",
            HttpRequestError.InvalidResponse => $"what answered is no HTTP server: {(failure.InnerException ?? failure).Message}",
            _ => (failure.InnerException ?? failure).Message,
        };
    }
}
