using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>A device that sends values by itself is written, read, browsed and described while the host runs.</summary>
public class SubscribedDeviceTests
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(3);

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task An_opcua_subscription_does_not_stand_in_the_way_of_commands()
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-opcua")), "run npm ci in tests/peers");
        await using var server = await PeerProcess.StartAsync("node", "opcua_server.js", """{"nodes":1200}""", s_startLimit);
        using var site = new SiteFolder($$"""
            [site]
            name = "test"

            [devices.line]
            driver   = "opcua"
            host     = "127.0.0.1"
            port     = {{server.Port}}
            security = "None"
            timeout  = "20s"
            writable = true

              [devices.line.tags]
              speed = { address = "nsu=http://plant.example/line;s=Int16", write = { range = [0, 100], read_back = true } }
              level = "nsu=http://plant.example/line;s=Pressure"
            """);
        foreach (var recipe in Directory.GetFiles(site.At("recipes"))) File.Delete(recipe);
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED .*device=line");
        await plant.WhenAsync("FACTS device=line .*node-opcua");

        var (exit, output) = await PlantProcess.RunAsync("write", site.Path, "line", "speed", "42", "--yes");
        Assert.True(exit == 0 && output.Contains("line.speed = 42: written, read back", StringComparison.Ordinal), output);
        Assert.Equal("42", await server.AskAsync("get Int16"));
        (exit, output) = await PlantProcess.RunAsync("read", site.Path, "line");
        Assert.True(exit == 0, output);
        Assert.Matches(@"speed +42 +GOOD", output);

        (exit, output) = await PlantProcess.RunAsync("browse", site.Path, "line", "--csv", "--filter", "*Pressure*");
        Assert.True(exit == 0, output);
        Assert.Contains("""Line_Pressure,"nsu=http://plant.example/line;s=Pressure",Double,bar,0,10,Pressure of the pump""", output,
            StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("browse", site.Path, "line", "--under", "/Objects/Many", "--depth", "1");
        Assert.True(exit == 0 && output.Contains("1200 in line, asked through the running host", StringComparison.Ordinal), output);
        (exit, output) = await PlantProcess.RunAsync("doctor", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"ok +tags +2 are good", output);
        Assert.Equal(1, plant.Count("CONNECTED .*device=line"));
    }
}
