using System.Net.Sockets;

namespace PlantRuntime.Wire;

/// <summary>Socket errors in words of those who look after the cables.</summary>
internal static class SocketErrorText
{
    public static string Of(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused: nothing listens on that port",
        SocketError.ConnectionReset => "the far end reset the connection",
        SocketError.ConnectionAborted or SocketError.Shutdown or SocketError.NotConnected or SocketError.OperationAborted
            => "the connection is closed",
        SocketError.TimedOut => "the far end no longer answers",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown
            => "no route to the host",
        SocketError.HostNotFound or SocketError.NoData => "no such host name",
        SocketError.TryAgain => "the name server does not answer",
        _ => e.Message,
    };
}
