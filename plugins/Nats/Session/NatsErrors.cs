using System.Net.Sockets;
using System.Security.Authentication;
using NATS.Client.Core;
using NATS.Client.JetStream;
using PlantRuntime.Wire;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>Describes exceptions of the NATS library as one sentence. Pure.</summary>
internal static class NatsErrors
{
    /// <summary>Number of the JetStream API's error for a stream that does not exist (nats-server, errors.json).</summary>
    public const int StreamNotFound = 10059;

    /// <summary>Number of the JetStream API's error for a consumer that does not exist.</summary>
    public const int ConsumerNotFound = 10014;

    /// <summary>Returns the reason of an exception: the most telling one of it and those that caused it.</summary>
    public static string Describe(Exception failure)
    {
        for (var e = failure; e is not null; e = e.InnerException)
        {
            switch (e)
            {
                case LinkException: return e.Message;
                case SocketException: return LinkException.From(e)!.Message;
                case AuthenticationException tls: return TlsFailureText.Describe(tls);
                case NatsServerException server: return $"the server refuses: {server.Error}";
                case NatsJSApiException api: return $"JetStream refuses: {api.Error.Description} ({api.Error.ErrCode})";
                case NatsNoRespondersException or NatsJSApiNoResponseException:
                    return "JetStream does not answer: is it enabled on the server and for this user's account?";
            }
        }

        while (failure.InnerException is { } inner) failure = inner;
        return failure.Message;
    }
}
