using System.Net;
using System.Net.Sockets;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Forwards connections to a server, and can cut and restore them, on one port.</summary>
internal sealed class Relay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Socket> _open = [];
    private readonly int _server;
    private bool _isCut;
    private volatile bool _isStalled;

    public Relay(int server)
    {
        _server = server;
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    /// <summary>Ends all connections, and new ones as they come, until <see cref="Mend"/>.</summary>
    public void Cut()
    {
        lock (_open)
        {
            _isCut = true;
            foreach (var socket in _open) socket.Dispose();
            _open.Clear();
        }
    }

    /// <summary>Keeps all connections open and passes nothing on, as a network does that was cut without a word.</summary>
    public void Stall() => _isStalled = true;

    public void Mend()
    {
        lock (_open) _isCut = false;
    }

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = RelayAsync(await _listener.AcceptAsync());
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task RelayAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            lock (_open)
            {
                if (_isCut) return;
                _open.AddRange([client, server]);
            }

            await server.ConnectAsync(IPAddress.Loopback, _server);
            await Task.WhenAny(PumpAsync(client, server), PumpAsync(server, client));
        }
    }

    private async Task PumpAsync(Socket from, Socket to)
    {
        var bytes = new byte[4096];
        try
        {
            while (await from.ReceiveAsync(bytes) is var count and > 0)
            {
                if (!_isStalled) await to.SendAsync(bytes.AsMemory(0, count));
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // One side closed its connection: the other one is closed too.
        }
    }
}
