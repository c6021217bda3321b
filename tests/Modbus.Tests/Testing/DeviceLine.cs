using System.Net.Sockets;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>The device's end of a connection, for a script to answer on.</summary>
internal sealed class DeviceLine(Socket socket)
{
    public void Send(params byte[][] frames) => socket.Send(frames.SelectMany(frame => frame).ToArray());

    /// <summary>One byte a packet.</summary>
    public void SendInSlices(byte[] bytes)
    {
        foreach (var value in bytes) socket.Send([value]);
    }

    public void Close() => socket.Shutdown(SocketShutdown.Both);

    public void Reset() => socket.Close(timeout: 0);
}
