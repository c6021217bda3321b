using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Conformance.Peers;

/// <summary>Finds loopback ports that nothing listens on.</summary>
public static class ClosedPort
{
    /// <summary>Returns a port that was free a moment ago.</summary>
    public static int Find()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
