using System.IO.Compression;

namespace PlantRuntime.Testing.Tests;

/// <summary>Everything that a test can do, proved by tests of a site: each of them fails when it is not so.</summary>
public sealed class FeatureTests
{
    [Fact]
    public async Task What_a_test_can_do_it_does()
    {
        using var bench = new Bench("features");
        Pack(bench.Site, "captures/monday.jsonl", text => text.Replace("\"press\"", "\"hall\"", StringComparison.Ordinal));
        var (exit, output) = await bench.RunAsync();
        Assert.True(exit == 0, output);
        Assert.EndsWith("\n22 passed, 0 failed\n", output, StringComparison.Ordinal);
        var folders = Directory.GetDirectories(bench.Site.At("data"), "*", SearchOption.AllDirectories);
        Assert.Equal([bench.Site.At("data/recipes")], folders);
    }

    private static void Pack(SiteFolder site, string file, Func<string, string> edit)
    {
        using var packed = new GZipStream(File.Create(site.At($"{file}.gz")), CompressionLevel.Fastest);
        using var text = new StreamWriter(packed);
        text.Write(edit(File.ReadAllText(site.At(file))));
    }
}
