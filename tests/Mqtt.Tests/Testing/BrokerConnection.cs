using System.Net.Sockets;
using System.Text;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>The broker's end of a connection in a scripted test. It writes packets by hand and shares no code with the client.</summary>
internal sealed class BrokerConnection(Socket socket)
{
    /// <summary>True to send each byte with its own call.</summary>
    public bool ByBytes { get; set; }

    public int Version { get; set; }

    public void Send(params ReadOnlySpan<byte> bytes)
    {
        if (!ByBytes) socket.Send(bytes);
        else foreach (var b in bytes) socket.Send([b]);
    }

    public void ConnAck(bool sessionPresent = false, byte code = 0, params ReadOnlySpan<byte> properties)
    {
        var present = (byte)(sessionPresent ? 1 : 0);
        if (Version == 4) Send(0x20, 2, present, code);
        else Send([0x20, (byte)(3 + properties.Length), present, code, (byte)properties.Length, .. properties]);
    }

    public void Ack(int type, int id, byte reason = 0)
    {
        if (reason == 0) Send((byte)type, 2, (byte)(id >> 8), (byte)id);
        else Send((byte)type, 3, (byte)(id >> 8), (byte)id, reason);
    }

    public void PubAck(int id, byte reason = 0) => Ack(0x40, id, reason);

    public void PubRec(int id, byte reason = 0) => Ack(0x50, id, reason);

    public void PubComp(int id) => Ack(0x70, id);

    public void PubRel(int id) => Ack(0x62, id);

    /// <summary>Sends SUBACK with one code for each filter.</summary>
    public void SubAck(int id, params ReadOnlySpan<byte> codes)
    {
        ReadOnlySpan<byte> properties = Version == 4 ? [] : [0];
        Send([0x90, (byte)(2 + properties.Length + codes.Length), (byte)(id >> 8), (byte)id, .. properties, .. codes]);
    }

    /// <summary>Sends a message; without an id it has QoS 0.</summary>
    public void Publish(string topic, string payload, int id = 0, int qos = 1, bool isDuplicate = false)
    {
        var (name, content) = (Encoding.UTF8.GetBytes(topic), Encoding.UTF8.GetBytes(payload));
        byte[] packetId = id == 0 ? [] : [(byte)(id >> 8), (byte)id];
        byte[] properties = Version == 4 ? [] : [0];
        var first = 0x30 | (id == 0 ? 0 : qos << 1) | (isDuplicate ? 8 : 0);
        byte[] body = [0, (byte)name.Length, .. name, .. packetId, .. properties, .. content];
        var length = new List<byte>();
        for (var rest = body.Length; rest > 0 || length.Count == 0; rest >>= 7)
            length.Add((byte)((rest & 0x7F) | (rest > 0x7F ? 0x80 : 0)));
        Send([(byte)first, .. length, .. body]);
    }

    /// <summary>Closes the TCP connection.</summary>
    public void Close() => socket.Close();

    /// <summary>Sends the reply of a correct broker.</summary>
    public void Reply(BrokerPacket packet)
    {
        switch (packet.Type)
        {
            case BrokerPacket.Connect: ConnAck(); break;
            case BrokerPacket.Publish when packet.Qos == 1: PubAck(packet.Id); break;
            case BrokerPacket.Publish when packet.Qos == 2: PubRec(packet.Id); break;
            case BrokerPacket.PubRel: PubComp(packet.Id); break;
            case BrokerPacket.PubRec: PubRel(packet.Id); break;
            case BrokerPacket.Subscribe: SubAck(packet.Id, [.. Enumerable.Repeat((byte)packet.AskedQoS, packet.FilterCount)]); break;
            case BrokerPacket.PingReq: Send(0xD0, 0); break;
        }
    }
}
