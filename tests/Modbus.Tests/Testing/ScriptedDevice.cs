using System.Net.Sockets;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Modbus.Tests.Testing;

/// <summary>A device on loopback that does what a test tells it, above all what no good device does.</summary>
internal sealed class ScriptedDevice : LoopbackPeer
{
    private readonly ArrivalQueue<DeviceRequest> _arrivals = new();

    /// <summary>Handles a request. The default sends a correct reply.</summary>
    public Action<DeviceRequest, PeerLine> Script { get; set; } = (request, line) => line.Send(request.Good());

    /// <inheritdoc cref="ArrivalQueue{T}.NextAsync"/>
    public ValueTask<DeviceRequest> ArrivedAsync() => _arrivals.NextAsync();

    /// <inheritdoc cref="ArrivalQueue{T}.Drain"/>
    public List<DeviceRequest> Arrived() => _arrivals.Drain();

    /// <summary>Waits for so many requests that no test has looked at.</summary>
    public async Task<List<DeviceRequest>> ArrivedAsync(int count)
    {
        var arrived = new List<DeviceRequest>();
        while (arrived.Count < count) arrived.Add(await ArrivedAsync());
        return arrived;
    }

    protected override Task ServeAsync(Socket socket, int number)
    {
        var line = new PeerLine(socket);
        return ReadFramesAsync(socket, 6, held => 6 + (held[4] << 8) + held[5], frame =>
        {
            var request = DeviceRequest.Parse(frame);
            _arrivals.Add(request, () => Script(request, line));
        });
    }
}
