using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// A server on loopback inside the test's process. It parses by itself: a peer that shared the driver's codec would prove nothing.
/// </summary>
public abstract class LoopbackPeer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Socket> _sockets = [];

    /// <summary>Listens on a free port.</summary>
    protected LoopbackPeer()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>The port.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Connections => _sockets.Count;

    /// <inheritdoc/>
    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Serves one connection to its end; that it breaks is no error.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="number">Which one it is, from 1.</param>
    protected abstract Task ServeAsync(Socket socket, int number);

    /// <summary>Cuts what comes in into frames.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="headBytes">Bytes from which the length of a frame can be told.</param>
    /// <param name="lengthOf">Computes the length of the frame that begins with these bytes.</param>
    /// <param name="take">Gets each frame.</param>
    protected static async Task ReadFramesAsync(Socket socket, int headBytes, Func<List<byte>, int> lengthOf, Action<byte[]> take)
    {
        var held = new List<byte>();
        var bytes = new byte[4096];
        while (await socket.ReceiveAsync(bytes) is var count and > 0)
        {
            held.AddRange(bytes.AsSpan(0, count));
            while (held.Count >= headBytes && held.Count >= lengthOf(held))
            {
                var frame = held.GetRange(0, lengthOf(held)).ToArray();
                held.RemoveRange(0, frame.Length);
                take(frame);
            }
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                _sockets.Add(socket);
                _ = ServeToItsEndAsync(socket, _sockets.Count);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeToItsEndAsync(Socket socket, int number)
    {
        try
        {
            await ServeAsync(socket, number);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
        }
    }
}
