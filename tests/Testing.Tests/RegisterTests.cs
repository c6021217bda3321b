namespace PlantRuntime.Testing.Tests;

/// <summary>Recipe tests of a site whose driver is installed: simulated devices hold what the registers would hold.</summary>
[Trait("Needs", "Process")]
public sealed class RegisterTests
{
    [Fact]
    public async Task A_simulated_device_holds_what_the_register_would_hold()
    {
        using var fixture = new SiteFixture("registers");
        var plugin = Path.Combine(PlantProcess.Folder, "plugins", "S7");
        foreach (var file in Directory.GetFiles(plugin))
        {
            Directory.CreateDirectory(fixture.Site.At("plugins/S7"));
            File.Copy(file, fixture.Site.At($"plugins/S7/{Path.GetFileName(file)}"));
        }

        var (exit, output) = await fixture.RunAsync();
        Assert.True(exit == 0, output);
        Assert.EndsWith("\n5 passed, 0 failed\n", output, StringComparison.Ordinal);
    }
}
