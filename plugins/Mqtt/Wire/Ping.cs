namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>PINGREQ (MQTT 5.0, section 3.12): a header and nothing else. PINGRESP (3.13) is the same.</summary>
internal static class Ping
{
    public static ReadOnlyMemory<byte> Request { get; } = new byte[] { (byte)PacketType.PingReq << 4, 0 };
}
