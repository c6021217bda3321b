using System.Net.Sockets;

namespace PlantRuntime.Wire;

/// <summary>A connection is gone or can no longer be trusted. The message is a plain sentence for a log line.</summary>
/// <param name="message">What happened.</param>
/// <param name="inner">The exception behind it, if any.</param>
public class LinkException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>What a failure means for the link it came from, or null when it is not the link's.</summary>
    public static LinkException? From(Exception failure) => failure switch
    {
        LinkException known => known,
        SocketException socket => new LinkException(SocketErrorText.Of(socket), socket),
        ObjectDisposedException => new LinkException("the connection is closed", failure),
        _ => null,
    };
}
