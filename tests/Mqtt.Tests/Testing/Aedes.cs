using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Mqtt.Tests.Testing;

/// <summary>Starts the npm broker aedes.</summary>
internal static class Aedes
{
    public static async Task<PeerProcess> StartAsync(string script = "aedes_broker.js")
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "aedes")), "run npm ci in tests/peers");
        Mosquitto.SkipIfMissing("mosquitto_sub", "mosquitto_pub");
        return await PeerProcess.StartAsync("node", script, "[]");
    }
}
