using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>snap7's server, which we did not write.</summary>
public static class Snap7Process
{
    /// <summary>Starts it with these areas and values; the test is skipped where it is not installed.</summary>
    public static async Task<PeerProcess> StartAsync(params IEnumerable<ServedBytes> served)
    {
        var module = Path.Combine(PeerProcess.Folder, "node_modules", "node-snap7", "build", "Release", "node_snap7.node");
        Skip.IfNot(File.Exists(module), "run npm ci in tests/peers: it builds node-snap7, which needs g++, make and python3");
        return await PeerProcess.StartAsync("node", "snap7_server.js", JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
    }
}
