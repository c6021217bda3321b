using System.Net.Sockets;
using System.Threading.Channels;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>A broker on loopback whose replies a test defines, especially replies that a correct broker never sends.</summary>
internal sealed class ScriptedBroker : LoopbackPeer
{
    private readonly Channel<BrokerPacket> _arrivals = Channel.CreateUnbounded<BrokerPacket>();

    /// <summary>Handles a received packet. By default the broker replies correctly.</summary>
    public Action<BrokerPacket, BrokerConnection> Script { get; set; } = (packet, connection) => connection.Reply(packet);

    /// <summary>Waits for the next packet of this type and skips others.</summary>
    public async Task<BrokerPacket> WaitForAsync(int type)
    {
        BrokerPacket packet;
        do packet = await _arrivals.Reader.ReadAsync();
        while (packet.Type != type);
        return packet;
    }

    /// <summary>Removes the received packets and returns the PUBLISH and PUBREL packets among them as text.</summary>
    public List<string> DequeueMessages()
    {
        var messages = new List<string>();
        while (_arrivals.Reader.TryRead(out var packet))
            if (packet.Type is BrokerPacket.Publish or BrokerPacket.PubRel) messages.Add(packet.ToString());
        return messages;
    }

    protected override async Task ServeAsync(Socket socket, int number)
    {
        var connection = new BrokerConnection(socket);
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
            if (packet.Type == BrokerPacket.Connect) connection.Version = packet.Version;
            // Written before the reply, so that a test that received the reply finds the packet.
            _arrivals.Writer.TryWrite(packet);
            Script(packet, connection);
        }
    }
}
