using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A TCP server that sends a fixed reply to the first bytes of a connection and reads until its end.</summary>
internal sealed class FixedReplyServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public FixedReplyServer(byte[] answer)
    {
        _listener.Start();
        Received = ServeAsync(answer);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>All received bytes, available after the connection has ended.</summary>
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
            // A reset also ends the connection.
        }

        return received.ToArray();
    }
}
