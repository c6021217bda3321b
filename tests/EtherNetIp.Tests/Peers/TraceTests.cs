using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Drivers;
using PlantRuntime.Contracts;
using PlantRuntime.EtherNetIp.Tests.Testing;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>Checks the trace of a session with a controller.</summary>
[Trait("Needs", "Server")]
public class TraceTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Session_services_and_paths_are_described(bool isConnected)
    {
        await using var server = await CipServer.StartAsync(Programs.AllTypes("compactlogix"));
        var trace = new WireTrace(TimeProvider.System);
        var messages = new TracedMessages(trace);
        await using var driver = new EtherNetIpDriver(
            new EtherNetIpOptions { Host = "127.0.0.1", Port = server.Port, Connected = isConnected, InstanceIds = false },
            new PluginContext("plc", "test", ".", TimeProvider.System, new CapturingPluginLog()) { Trace = trace });
        await driver.ConnectAsync(CancellationToken.None);
        var scan = new PreparedScan(driver, "Dint", "Levels[3]", "Program:Main.Step", "Nothing");
        await scan.ReadAsync();
        await scan.ReadAsync();
        var lines = messages.Lines;
        Assert.Equal("> RegisterSession", lines[0]);
        Assert.StartsWith("< reply to RegisterSession: session ", lines[1], StringComparison.Ordinal);
        Assert.Equal(isConnected, lines.Any(l => l.StartsWith("> open a large connection at", StringComparison.Ordinal)));
        Assert.Contains(lines, l => l.StartsWith("> packet: ", StringComparison.Ordinal)
            && l.Contains("read tag Program:Main.Step", StringComparison.Ordinal)
            && l.Contains(isConnected ? "sequence " : "context ", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("< reply to packet: ", StringComparison.Ordinal)
            && l.Contains("good, 6 bytes", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("not understood", StringComparison.Ordinal));
        Assert.All(messages.All, m => Assert.Equal(!m.IsSent, m.Latency is not null));
    }
}
