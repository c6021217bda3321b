namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The folder for editors exists only on request, and follows the site.</summary>
[Trait("Needs", "Process")]
public class EditSupportTests
{
    [Fact]
    public async Task A_running_site_keeps_it_up_to_date()
    {
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", "Plant.line.Scans.To(Sinks.lines);");
        site.Write("recipes/piece.csx", "void F() { }");
        site.Write("oven.csv", "name,address\nheat,const 5\n");
        Assert.Equal(0, (await PlantProcess.RunAsync("edit-support", site.Path)).ExitCode);
        var project = File.GetLastWriteTimeUtc(site.At(".plant/recipes/line/line.csproj"));

        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=line");
        site.Write("site.toml", SiteFolder.DefaultSite + "\n[devices.oven]\ndriver = \"simulator\"\ntags = \"oven.csv\"\n");
        await plant.WhenAsync("EDITORS", 1);
        Assert.Contains("oven_Device @oven", Names(site), StringComparison.Ordinal);
        Assert.Contains("string @heat", Names(site), StringComparison.Ordinal);

        site.Write("oven.csv", "name,address\nheat,const 5\npressure,const 6\n");
        await plant.WhenAsync("EDITORS", 2);
        Assert.Contains("string @pressure", Names(site), StringComparison.Ordinal);

        site.Write("recipes/tank.csx", "#load \"piece.csx\"\nF();");
        await plant.WhenAsync("EDITORS", 3);
        Assert.Contains("void F()", File.ReadAllText(site.At(".plant/recipes/tank/loaded.cs")), StringComparison.Ordinal);
        Assert.Contains("recipes/tank/tank.csproj", File.ReadAllText(site.At(".plant/site.slnx")), StringComparison.Ordinal);

        File.Delete(site.At("recipes/tank.csx"));
        await plant.WhenAsync("EDITORS", 4);
        Assert.False(Directory.Exists(site.At(".plant/recipes/tank")));
        Assert.Equal(project, File.GetLastWriteTimeUtc(site.At(".plant/recipes/line/line.csproj")));
    }

    [Fact]
    public async Task Nothing_is_written_where_nobody_asked()
    {
        using var site = new SiteFolder();
        site.Write("recipes/line.csx", "Plant.line.Scans.To(Sinks.lines);");
        Assert.Equal(0, (await PlantProcess.RunAsync("check", site.Path)).ExitCode);
        var (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "1s");
        Assert.True(exit == 0, output);
        Assert.False(Directory.Exists(site.At(".plant")));
    }

    [Fact]
    public async Task A_wrong_site_leaves_it_as_it_was_and_says_why()
    {
        using var site = new SiteFolder();
        Assert.Equal(0, (await PlantProcess.RunAsync("edit-support", site.Path)).ExitCode);
        var before = Names(site);
        site.Write("site.toml", "[devices.line]\ntags = 5\n");
        var (exit, output) = await PlantProcess.RunAsync("edit-support", site.Path);
        Assert.Equal(1, exit);
        Assert.Contains("site.toml:2:8: error", output, StringComparison.Ordinal);
        Assert.Equal(before, Names(site));
    }

    [Theory]
    [InlineData("retrofit", "contador_bom")]
    [InlineData("costadellago", "PLC_HOST")]
    public async Task A_site_is_edited_where_its_environment_is_not(string name, string text)
    {
        using var site = SiteFolder.CopyOf(name);
        var (exit, output) = await PlantProcess.RunAsync("edit-support", site.Path);
        Assert.True(exit == 0, output);
        Assert.Contains(text, Names(site), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_site_has_it_and_git_never_sees_it()
    {
        using var folder = new SiteFolder();
        var (exit, output) = await PlantProcess.RunAsync("new", "site", folder.At("my-plant"));
        Assert.True(exit == 0, output);
        (exit, output) = await PlantProcess.RunAsync("check", folder.At("my-plant"));
        Assert.True(exit == 0, output);
        (exit, output) = await PlantProcess.RunAsync("edit-support", folder.At("my-plant"));
        Assert.True(exit == 0, output);
        Assert.Contains("is up to date", output, StringComparison.Ordinal);
        Assert.Equal("*\n", File.ReadAllText(folder.At("my-plant/.plant/.gitignore")));
        Assert.Contains(".plant/site.slnx", File.ReadAllText(folder.At("my-plant/.vscode/settings.json")), StringComparison.Ordinal);
    }

    private static string Names(SiteFolder site) => File.ReadAllText(site.At(".plant/names.cs"));
}
