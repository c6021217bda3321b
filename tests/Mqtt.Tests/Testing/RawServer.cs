using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Reads what comes first on a connection, sends a fixed answer to it, and reads on to the end.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public RawServer(byte[] answer)
    {
        _listener.Start();
        Received = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All that came in, once the connection has ended.</summary>
    public Task<byte[]> Received { get; }

    public void Dispose() => _listener.Dispose();

    private async Task<byte[]> ServeAsync(byte[] answer)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        var stream = client.GetStream();
        using var received = new MemoryStream();
        var bytes = new byte[4096];
        var isAnswered = false;
        try
        {
            while (await stream.ReadAsync(bytes) is var count and > 0)
            {
                received.Write(bytes, 0, count);
                if (!isAnswered) await stream.WriteAsync(answer);
                isAnswered = true;
            }
        }
        catch (IOException)
        {
            // Reset: also an end.
        }

        return received.ToArray();
    }
}
