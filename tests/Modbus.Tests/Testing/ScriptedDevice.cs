using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A device on loopback that does what a test tells it, above all what no good device does.</summary>
internal sealed class ScriptedDevice : LoopbackPeer
{
    private readonly Channel<DeviceRequest> _arrivals = Channel.CreateUnbounded<DeviceRequest>();

    /// <summary>What the device does with a request; it answers rightly until told otherwise.</summary>
    public Action<DeviceRequest, PeerLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <summary>Waits for the next request that no test has looked at, after the script has run for it.</summary>
    public ValueTask<DeviceRequest> ArrivedAsync() => _arrivals.Reader.ReadAsync();

    /// <summary>All requests that no test has looked at.</summary>
    public List<DeviceRequest> Arrived()
    {
        var arrived = new List<DeviceRequest>();
        while (_arrivals.Reader.TryRead(out var request)) arrived.Add(request);
        return arrived;
    }

    protected override Task ServeAsync(Socket socket, int number)
    {
        var line = new PeerLine(socket);
        return TakeFramesAsync(socket, 6, held => 6 + (held[4] << 8) + held[5], frame =>
        {
            var request = DeviceRequest.Parse(frame);
            Script(request, line);
            _arrivals.Writer.TryWrite(request);
        });
    }
}
