using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>
/// A device on loopback that does what a test tells it, above all what no good device does. It parses by itself: a peer that shared the
/// driver's codec would prove nothing.
/// </summary>
internal sealed class ScriptedDevice : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Channel<DeviceRequest> _arrivals = Channel.CreateUnbounded<DeviceRequest>();
    private readonly ConcurrentBag<Socket> _sockets = [];

    public ScriptedDevice()
    {
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public int Connections => _sockets.Count;

    /// <summary>What the device does with a request; it answers rightly until told otherwise.</summary>
    public Action<DeviceRequest, DeviceLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <summary>Waits for the next request that no test has looked at, after the script has run for it.</summary>
    public ValueTask<DeviceRequest> ArrivedAsync() => _arrivals.Reader.ReadAsync();

    /// <summary>All requests that no test has looked at.</summary>
    public List<DeviceRequest> Arrived()
    {
        var arrived = new List<DeviceRequest>();
        while (_arrivals.Reader.TryRead(out var request)) arrived.Add(request);
        return arrived;
    }

    public void Dispose()
    {
        _listener.Dispose();
        foreach (var socket in _sockets) socket.Dispose();
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
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        var line = new DeviceLine(socket);
        var held = new List<byte>();
        var bytes = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(bytes) is var count and > 0)
            {
                held.AddRange(bytes.AsSpan(0, count));
                while (held.Count >= 6 && held.Count >= 6 + (held[4] << 8) + held[5])
                {
                    var length = 6 + (held[4] << 8) + held[5];
                    var request = DeviceRequest.Parse(held.GetRange(0, length).ToArray());
                    held.RemoveRange(0, length);
                    Script(request, line);
                    _arrivals.Writer.TryWrite(request);
                }
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
