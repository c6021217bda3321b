namespace PlantRuntime.Testing.Tests;

/// <summary>What newcomers read first works, as they run it.</summary>
public sealed class ShippedTests
{
    [Theory]
    [InlineData("costadellago")]
    [InlineData("demo")]
    [InlineData("retrofit")]
    public async Task The_tests_of_a_shipped_site_pass_and_write_nothing(string name)
    {
        using var site = SiteFolder.CopyOf(name);
        var before = Files(site);
        var (exit, output) = await PlantProcess.RunAsync("test", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"\n[1-9]\d* passed, 0 failed$", output);
        Assert.Equal(before, Files(site).Where(file => !file.StartsWith("data/recipes/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_new_site_has_a_test()
    {
        using var folder = new SiteFolder();
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "site", "my-plant", "--in", folder.Path)).ExitCode);
        var (exit, output) = await PlantProcess.RunAsync("test", folder.At("my-plant"), "--junit", folder.At("junit.xml"));
        Assert.True(exit == 0, output);
        Assert.Matches(@"2 passed, 0 failed$", output);
        Assert.True(File.Exists(folder.At("junit.xml")));
    }

    private static IEnumerable<string> Files(SiteFolder site) =>
        Directory.GetFiles(site.Path, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(site.Path, f))
            .Order(StringComparer.Ordinal).ToList();
}
