using System.Net.Sockets;
using System.Security.Authentication;

namespace PlantRuntime.Wire.Http;

/// <summary>Failed requests in words of those who look after the network.</summary>
internal static class HttpFailureText
{
    public static string Of(HttpRequestException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket) return SocketErrorText.Of(socket);
            if (cause is AuthenticationException refused) return TlsFailureText.Of(refused);
        }

        return failure.HttpRequestError switch
        {
            HttpRequestError.SecureConnectionError => $"no TLS connection: {(failure.InnerException ?? failure).Message}",
            HttpRequestError.ResponseEnded => "the server closed the connection before it answered",
            HttpRequestError.InvalidResponse => $"what answered is no HTTP server: {(failure.InnerException ?? failure).Message}",
            _ => (failure.InnerException ?? failure).Message,
        };
    }
}
