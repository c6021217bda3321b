using System.Net.Sockets;

namespace PlantRuntime.S7.Tests.Testing;

/// <summary>The CPU's end of a connection, for a script to answer on.</summary>
internal sealed class CpuLine(Socket socket)
{
    public void Send(params byte[][] packets) => socket.Send(packets.SelectMany(packet => packet).ToArray());

    /// <summary>One byte a packet.</summary>
    public void SendInSlices(byte[] bytes)
    {
        foreach (var value in bytes) socket.Send([value]);
    }

    public void Close() => socket.Shutdown(SocketShutdown.Both);
}
