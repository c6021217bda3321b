using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A broker on loopback that does what a test tells it, above all what no good broker does.</summary>
internal sealed class ScriptedBroker : LoopbackPeer
{
    private readonly Channel<BrokerPacket> _arrivals = Channel.CreateUnbounded<BrokerPacket>();

    /// <summary>What the broker does with a packet; it is a good one until told otherwise.</summary>
    public Action<BrokerPacket, BrokerLine> Script { get; set; } = (packet, line) => line.Good(packet);

    /// <summary>Waits for the next packet of this type, skipping others.</summary>
    public async Task<BrokerPacket> ArrivedAsync(int type)
    {
        BrokerPacket packet;
        do packet = await _arrivals.Reader.ReadAsync();
        while (packet.Type != type);
        return packet;
    }

    /// <summary>All PUBLISH and PUBREL packets that no test has looked at, as text.</summary>
    public List<string> Messages()
    {
        var messages = new List<string>();
        while (_arrivals.Reader.TryRead(out var packet))
            if (packet.Type is BrokerPacket.Publish or BrokerPacket.PubRel) messages.Add(packet.ToString());
        return messages;
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        var line = new BrokerLine(socket);
        await using var stream = new NetworkStream(socket);
        var one = new byte[1];
        while (await stream.ReadAsync(one) == 1)
        {
            var first = one[0];
            var (length, shift) = (0, 0);
            do
            {
                await stream.ReadExactlyAsync(one);
                length |= (one[0] & 0x7F) << shift;
                shift += 7;
            }
            while (one[0] > 0x7F);
            var body = new byte[length];
            await stream.ReadExactlyAsync(body);
            var packet = new BrokerPacket(number, first, body);
            if (packet.Type == BrokerPacket.Connect) line.Version = packet.Version;
            // First: whoever has got an answer finds what it answers.
            _arrivals.Writer.TryWrite(packet);
            Script(packet, line);
        }
    }
}
