using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Session;

/// <summary>
/// How CIP messages travel: on a connection, or each by itself along a route. It says how long they may be and puts frames around them.
/// Immutable; its frames stay usable over sessions, because session, connection and sequence count are stamped when they are sent.
/// </summary>
/// <param name="isConnected">Messages go over a connection.</param>
/// <param name="size">Longest message of the connection in both directions, its sequence count included.</param>
/// <param name="route">Route for messages without a connection.</param>
internal sealed class CipTransport(bool isConnected, int size, byte[] route)
{
    private const int SequenceBytes = 2;

    private readonly bool _isRouted = !isConnected && route.Length > 0;

    /// <summary>Messages without a connection, along this route.</summary>
    public static CipTransport Unconnected(byte[] route) => new(false, UnconnectedSend.MostMessageBytes, route);

    public bool IsConnected { get; } = isConnected;

    /// <summary>Size of the connection; the longest message without one.</summary>
    public int Size { get; } = size;

    /// <summary>Longest request.</summary>
    public int RequestRoom { get; } = isConnected ? size - SequenceBytes
        : route.Length == 0 ? size
        : size - UnconnectedSend.HeadBytes - UnconnectedSend.TailBytes(1, route.Length);

    /// <summary>Longest reply.</summary>
    public int ReplyRoom { get; } = isConnected ? size - SequenceBytes : size;

    /// <summary>Place of a message in its frame.</summary>
    public int MessageOffset => IsConnected ? CommonPacket.ConnectedMessage
        : CommonPacket.UnconnectedMessage + (_isRouted ? UnconnectedSend.HeadBytes : 0);

    /// <summary>Bytes of a frame around a message of this length, the message included.</summary>
    public int FrameBytes(int messageBytes) =>
        MessageOffset + messageBytes + (_isRouted ? UnconnectedSend.TailBytes(messageBytes, route.Length) : 0);

    /// <summary>Puts a frame around a message that is in its place already, and returns the length of the frame.</summary>
    public int Wrap(Span<byte> frame, int messageBytes)
    {
        var length = FrameBytes(messageBytes);
        if (IsConnected) CommonPacket.WriteConnected(frame, messageBytes);
        else CommonPacket.WriteUnconnected(frame, length - CommonPacket.UnconnectedMessage);
        if (_isRouted) UnconnectedSend.Write(frame[CommonPacket.UnconnectedMessage..], messageBytes, route);
        return length;
    }

    /// <summary>The frame of one request.</summary>
    public byte[] Frame(ReadOnlySpan<byte> request)
    {
        var frame = new byte[FrameBytes(request.Length)];
        request.CopyTo(frame.AsSpan(MessageOffset));
        Wrap(frame, request.Length);
        return frame;
    }
}
