using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>snap7's server, which we did not write, and drivers connected to it.</summary>
internal static class Snap7Server
{
    public static async Task<PeerProcess> StartAsync(params IEnumerable<ServedBytes> served)
    {
        var module = Path.Combine(PeerProcess.Folder, "node_modules", "node-snap7", "build", "Release", "node_snap7.node");
        Skip.IfNot(File.Exists(module), "run npm ci in tests/peers: it builds node-snap7, which needs g++, make and python3");
        return await PeerProcess.StartAsync("node", "snap7_server.js", JsonSerializer.Serialize(served, JsonSerializerOptions.Web));
    }

    public static async Task<S7Driver> ConnectAsync(PeerProcess server, int pduSize = 960)
    {
        var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = server.Port, PduSize = pduSize });
        await driver.ConnectAsync(CancellationToken.None);
        Assert.Equal(pduSize, driver.Session.Setup.PduSize);
        return driver;
    }
}
