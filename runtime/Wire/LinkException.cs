using System.Net.Sockets;

namespace PlantRuntime.Wire;

/// <summary>
/// The connection is lost or can no longer be trusted. The message is a plain sentence for a log line. A plugin converts it to the
/// exception that makes the host reconnect.
/// </summary>
/// <param name="message">The reason.</param>
/// <param name="inner">The exception that caused it, if any.</param>
public class LinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Converts an exception of a socket to a LinkException; returns null if the exception is not about the connection.</summary>
    public static LinkException? From(Exception failure) => failure switch
    {
        LinkException known => known,
        SocketException socket => new LinkException(SocketErrorText.From(socket), socket),
        ObjectDisposedException => new LinkException("the connection is closed", failure),
        _ => null,
    };
}

/// <summary>
/// The received bytes are not a frame of the protocol. The start of the next frame is unknown, so the connection must be closed.
/// </summary>
/// <param name="message">The problem, with the expected form.</param>
/// <param name="bytes">The received bytes; the first of them are appended to the message in hex.</param>
public sealed class FrameException(string message, ReadOnlySpan<byte> bytes) : LinkException($"{message}: {HexDump.Excerpt(bytes)}");

/// <summary>Describes socket errors in terms that maintenance staff know. Pure.</summary>
internal static class SocketErrorText
{
    public static string From(SocketException e) => e.SocketErrorCode switch
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
