using System.Net.Sockets;

namespace PlantRuntime.Conformance.Peers;

/// <summary>A scripted peer's end of a connection, for a script to answer on.</summary>
public sealed class PeerLine(Socket socket)
{
    /// <summary>Sends these frames as one.</summary>
    public void Send(params byte[][] frames) => socket.Send(frames.SelectMany(frame => frame).ToArray());

    /// <summary>One byte a packet.</summary>
    public void SendInSlices(byte[] bytes)
    {
        foreach (var value in bytes) socket.Send([value]);
    }

    /// <summary>Ends the connection in order.</summary>
    public void Close() => socket.Shutdown(SocketShutdown.Both);

    /// <summary>Ends it with a reset.</summary>
    public void Reset() => socket.Close(timeout: 0);
}
