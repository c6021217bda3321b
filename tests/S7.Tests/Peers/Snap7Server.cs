using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>snap7's server, and drivers connected to it.</summary>
internal static class Snap7Server
{
    public static Task<PeerProcess> StartAsync(params IEnumerable<ServedBytes> served) => Snap7Process.StartAsync(served);

    public static async Task<S7Driver> ConnectAsync(PeerProcess server, int pduSize = 960)
    {
        var driver = new S7Driver(new S7Options { Host = "127.0.0.1", Port = server.Port, PduSize = pduSize });
        await driver.ConnectAsync(CancellationToken.None);
        Assert.Equal(pduSize, driver.Loop.Session.Setup.PduSize);
        return driver;
    }
}
