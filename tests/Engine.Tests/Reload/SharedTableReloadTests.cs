using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>
/// A tag table of the product that changes, and one of the site that takes its place, reload the device like any other edit.
/// </summary>
[Trait("Needs", "Process")]
public sealed class SharedTableReloadTests
{
    [Fact]
    public async Task A_shared_table_is_reloaded_and_gives_way_to_one_of_the_site()
    {
        using var shared = new TemporaryFolder();
        Directory.CreateDirectory(shared.Of("devices"));
        File.WriteAllText(shared.Of("devices/oven.csv"), "name,address\nheat,const 1\n");
        using var site = new SiteFolder(
            SiteFolder.DefaultSite + "\n[devices.oven]\ndriver = \"simulator\"\npoll = \"100ms\"\ntags = \"devices/oven.csv\"\n");
        await using var host = await SiteHostFixture.StartAsync(site, shared.Of(""));

        File.WriteAllText(shared.Of("devices/oven.csv"), "name,address\nheat,const 1\ndoor,const 2\n");
        await host.Log.WhenAsync("PLAN devices=oven restarts: tags.door added");
        await host.Log.WhenAsync("SITE state=Changed");

        File.WriteAllText(shared.Of("devices/oven.csv"), "name,address,scale\nheat,const 1,x\n");
        await host.Log.WhenAsync("devices/oven.csv:2:14: error: scale");
        Directory.CreateDirectory(site.At("devices"));
        site.Write("devices/oven.csv", "name,address\nheat,const 1\nfan,const 3\n");
        await host.Log.WhenAsync("tags.fan added");
        await host.Log.WhenAsync("SITE state=Changed", 2);

        File.WriteAllText(shared.Of("devices/oven.csv"), "name,address\nheat,const 1\ndoor,const 2\n");
        File.Delete(site.At("devices/oven.csv"));
        await host.Log.WhenAsync("tags.fan removed");
        Assert.Equal(1, host.Host.Devices.Single(d => d.Name == "line").Status.Connects);
    }
}
