using System.Net.Sockets;
using PlantRuntime.Plugins.Mqtt.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>
/// The broker closed the connection by itself, perhaps because of a message. A timeout, a broken network and the broker's own shutdown are
/// other exceptions.
/// </summary>
internal sealed class ClosedByBrokerException(string message, Exception? inner) : LinkException(message, inner)
{
    /// <summary>Converts a failed send or receive: returns it unchanged if this client or the network ended the connection.</summary>
    public static LinkException From(LinkException failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is OperationCanceledException or ObjectDisposedException) return failure;
            if (cause is SocketException socket && !IsByPeer(socket.SocketErrorCode)) return failure;
        }

        return new ClosedByBrokerException(failure.Message, failure);
    }

    private static bool IsByPeer(SocketError error) =>
        error is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown;

    /// <summary>Creates the exception for the broker's DISCONNECT.</summary>
    /// <param name="reason">The reason code.</param>
    /// <param name="text">The reason with the broker's text.</param>
    public static LinkException FromDisconnect(ReasonCode reason, string text)
    {
        var message = $"the broker ended the connection: {text}";
        return reason.IsAboutMessage ? new ClosedByBrokerException(message, null) : new LinkException(message);
    }
}
