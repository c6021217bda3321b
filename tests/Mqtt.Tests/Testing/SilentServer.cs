using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A TCP server that accepts connections and never sends anything.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public SilentServer() => _listener.Start();

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Returns a port on which no server listens.</summary>
    public static int ClosedPort()
    {
        using var server = new SilentServer();
        return server.Port;
    }

    public void Dispose() => _listener.Dispose();
}
