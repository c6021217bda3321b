using System.IO.Compression;

namespace PlantRuntime.Testing.Tests;

/// <summary>Runs a site whose tests use every feature of the test API; each of them fails if its feature does not work.</summary>
[Trait("Needs", "Process")]
public sealed class FeatureTests
{
    [Fact]
    public async Task What_a_test_can_do_it_does()
    {
        using var fixture = new SiteFixture("features");
        Pack(fixture.Site, "captures/monday.jsonl", text => text.Replace("\"press\"", "\"hall\"", StringComparison.Ordinal));
        var (exit, output) = await fixture.RunAsync();
        Assert.True(exit == 0, output);
        Assert.EndsWith("\n27 passed, 0 failed\n", output, StringComparison.Ordinal);
        var folders = Directory.GetDirectories(fixture.Site.At("data"), "*", SearchOption.AllDirectories);
        Assert.Equal([fixture.Site.At("data/recipes")], folders);
    }

    private static void Pack(SiteFolder site, string file, Func<string, string> edit)
    {
        using var packed = new GZipStream(File.Create(site.At($"{file}.gz")), CompressionLevel.Fastest);
        using var text = new StreamWriter(packed);
        text.Write(edit(File.ReadAllText(site.At(file))));
    }
}
