using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>
/// Starts mosquitto with a listener for WebSockets. mosquitto 2.0.11 ends when it has no other listener, so it has one on a Unix socket
/// too.
/// </summary>
internal static class WebSocketMosquitto
{
    private static int s_started;

    public static Task<PeerProcess> StartAsync(TemporaryFolder folder) => Mosquitto.StartOpenAsync(
        "protocol websockets", $"listener 0 {folder.Of($"broker{Interlocked.Increment(ref s_started)}.sock")}");
}
