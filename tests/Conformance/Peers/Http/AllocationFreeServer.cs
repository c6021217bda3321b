using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Conformance.Peers.Http;

/// <summary>
/// An HTTP server that replies 204 to every request and allocates nothing for one, so that a test can count the allocations of the client.
/// </summary>
public sealed class AllocationFreeServer : IDisposable
{
    private readonly Socket _listener = new(SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[64 * 1024];
    private readonly Thread _thread;
    private volatile Socket? _client;

    public AllocationFreeServer()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _thread = new Thread(Serve);
        _thread.Start();
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndPoint!).Port}";

    public void Dispose()
    {
        _listener.Dispose();
        _client?.Dispose();
        _thread.Join();
    }

    private void Serve()
    {
        try
        {
            while (true)
            {
                using var client = _client = _listener.Accept();
                while (TryAnswer(client))
                {
                }
            }
        }
        catch (Exception end) when (end is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private bool TryAnswer(Socket client)
    {
        var (filled, head) = (0, -1);
        while (head < 0)
        {
            var count = client.Receive(_buffer.AsSpan(filled));
            if (count == 0) return false;
            filled += count;
            head = _buffer.AsSpan(0, filled).IndexOf("\r\n\r\n"u8);
        }

        for (var left = head + 4 + LengthOf(_buffer.AsSpan(0, head + 2)) - filled; left > 0;) left -= client.Receive(_buffer);
        client.Send("HTTP/1.1 204 No Content\r\n\r\n"u8);
        return true;
    }

    private static int LengthOf(ReadOnlySpan<byte> head)
    {
        var start = head.IndexOf("Content-Length: "u8);
        if (start < 0) return 0;
        var digits = head[(start + "Content-Length: ".Length)..];
        return int.Parse(digits[..digits.IndexOf("\r\n"u8)], CultureInfo.InvariantCulture);
    }
}
