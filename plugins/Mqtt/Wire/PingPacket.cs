namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>Provides PINGREQ (MQTT 5.0 and 3.1.1, section 3.12): a fixed header without a body, like PINGRESP (section 3.13).</summary>
internal static class PingPacket
{
    public static ReadOnlyMemory<byte> Request { get; } = new byte[] { (byte)PacketType.PingReq << 4, 0 };
}
