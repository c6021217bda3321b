using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Engine.Tests.Reload;

/// <summary>
/// site.toml and tag tables behind links whose targets are swapped, as mounted configuration does it, and other changes that leave length
/// and time equal.
/// </summary>
[Trait("Needs", "Process")]
public class SiteLinkTests
{
    [SkippableFact]
    public async Task A_swapped_folder_behind_links_is_taken()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "links are swapped with mv -T");
        using var site = NewSite();
        foreach (var value in "45")
        {
            Directory.CreateDirectory(site.At($"..{value}"));
            Write(site, $"..{value}/site.toml", File.ReadAllText(site.At("site.toml")));
            Write(site, $"..{value}/tank.csv", $"name,address\nlevel,const {value}\n");
        }

        Directory.CreateSymbolicLink(site.At("..data"), "..4");
        foreach (var file in new[] { "site.toml", "tank.csv" })
        {
            File.Delete(site.At(file));
            File.CreateSymbolicLink(site.At(file), $"..data/{file}");
        }

        await using var fixture = await SiteHostFixture.StartAsync(site);
        await UnixFiles.SwapLinkAsync(site.At("..data"), "..5");
        await fixture.Log.WhenAsync("PLAN devices=tank restarts: tags.level.address");
        await fixture.Log.WhenAsync("SITE state=Changed");
        await fixture.Log.WhenAsync("OK device=tank", 2);
        Assert.Equal(5, fixture.Host.Devices[1].Status.Latest()[0].Value.Int);
    }

    [Fact]
    public async Task A_tag_table_behind_a_link_that_is_edited_in_place_or_replaced_with_equal_length_and_time_is_taken()
    {
        using var site = NewSite();
        Write(site, "real.csv", "name,address\nlevel,const 4\n");
        File.Delete(site.At("tank.csv"));
        File.CreateSymbolicLink(site.At("tank.csv"), "real.csv");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        Write(site, "real.csv", "name,address\nlevel,const 5\n");
        await fixture.Log.WhenAsync("SITE state=Changed", 1);
        Write(site, "next.csv", "name,address\nlevel,const 6\n");
        File.Move(site.At("next.csv"), site.At("real.csv"), overwrite: true);
        await fixture.Log.WhenAsync("SITE state=Changed", 2);
        await fixture.Log.WhenAsync("OK device=tank", 3);
        Assert.Equal(6, fixture.Host.Devices[1].Status.Latest()[0].Value.Int);
    }

    [Fact]
    public async Task A_site_toml_behind_a_link_that_is_edited_in_place_or_replaced_with_equal_length_and_time_is_taken()
    {
        using var site = NewSite();
        var text = File.ReadAllText(site.At("site.toml"))
            .Replace("tags = \"tank.csv\"", "tags = { level = \"const 4\" }", StringComparison.Ordinal);
        Write(site, "real.toml", text);
        File.Delete(site.At("site.toml"));
        File.CreateSymbolicLink(site.At("site.toml"), "real.toml");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        Write(site, "real.toml", text.Replace("const 4", "const 5", StringComparison.Ordinal));
        await fixture.Log.WhenAsync("SITE state=Changed", 1);
        Write(site, "next.toml", text.Replace("const 4", "const 6", StringComparison.Ordinal));
        File.Move(site.At("next.toml"), site.At("real.toml"), overwrite: true);
        await fixture.Log.WhenAsync("SITE state=Changed", 2);
        await fixture.Log.WhenAsync("OK device=tank", 3);
        Assert.Equal(6, fixture.Host.Devices[1].Status.Latest()[0].Value.Int);
    }

    [SkippableTheory]
    [InlineData("scripts")]
    [InlineData("none")]
    public async Task A_shared_script_behind_a_link_that_is_swapped_or_edited_in_place_is_taken(string folder)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "links are swapped with mv -T");
        using var site = NewSite();
        foreach (var value in "45")
        {
            Directory.CreateDirectory(site.At($"..{value}"));
            Write(site, $"..{value}/piece.csx", Piece(value));
        }

        // The folder "none" is the one that all sites share; here it is a link itself.
        Directory.CreateSymbolicLink(site.At("..data"), "..4");
        if (folder == "none")
        {
            Directory.CreateSymbolicLink(site.At(folder), "..data");
        }
        else
        {
            Directory.CreateDirectory(site.At(folder));
            File.CreateSymbolicLink(site.At($"{folder}/piece.csx"), "../..data/piece.csx");
        }

        site.Write("recipes/line.csx", """
            #load "piece.csx"
            Plant.line.Scans.Payload(Shape).To(Sinks.lines);
            """);
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await WhenLinesHaveAsync(site, 4);
        await UnixFiles.SwapLinkAsync(site.At("..data"), "..5");
        await WhenLinesHaveAsync(site, 5);
        Write(site, "..5/piece.csx", Piece('6'));
        await WhenLinesHaveAsync(site, 6);

        static string Piece(char value) => $"object Shape(Scan scan) => new {{ version = {value} }};";
    }

    [SkippableFact]
    public async Task A_recipe_behind_a_link_whose_folder_is_swapped_or_that_is_replaced_with_equal_length_and_time_is_taken()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "links are swapped with mv -T");
        using var site = NewSite();
        foreach (var value in "45")
        {
            Directory.CreateDirectory(site.At($"..{value}"));
            Write(site, $"..{value}/line.csx", Recipe(value));
        }

        Directory.CreateSymbolicLink(site.At("..data"), "..4");
        File.Delete(site.At("recipes/line.csx"));
        File.CreateSymbolicLink(site.At("recipes/line.csx"), "../..data/line.csx");
        await using var fixture = await SiteHostFixture.StartAsync(site);
        await WhenLinesHaveAsync(site, 4);
        await UnixFiles.SwapLinkAsync(site.At("..data"), "..5");
        await WhenLinesHaveAsync(site, 5);
        Write(site, "..5/next.csx", Recipe('6'));
        File.Move(site.At("..5/next.csx"), site.At("..5/line.csx"), overwrite: true);
        await WhenLinesHaveAsync(site, 6);
        Write(site, "..5/line.csx", Recipe('7'));
        await WhenLinesHaveAsync(site, 7);

        static string Recipe(char value) => $"Plant.line.Scans.Payload(s => new {{ version = {value} }}).To(Sinks.lines);";
    }

    [SkippableFact]
    public async Task A_site_toml_that_becomes_a_pipe_or_a_folder_is_named_and_the_site_runs_on()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "pipes are made with mkfifo");
        using var site = NewSite();
        await using var fixture = await SiteHostFixture.StartAsync(site);
        var text = File.ReadAllText(site.At("site.toml"));
        File.Delete(site.At("site.toml"));
        await UnixFiles.MakePipeAsync(site.At("site.toml"));
        await fixture.Log.WhenAsync("SITE site.toml is a pipe (FIFO), not a regular file");
        File.Delete(site.At("site.toml"));
        Directory.CreateDirectory(site.At("site.toml"));
        await fixture.Log.WhenAsync("SITE site.toml is a folder");
        Directory.Delete(site.At("site.toml"));
        site.Write("site.toml", text);
        await fixture.Log.WhenAsync("SITE state=Running again as it runs");
        Assert.All(fixture.Host.Devices, d => Assert.Equal(1, d.Status.Connects));
    }

    private static Task WhenLinesHaveAsync(SiteFolder site, int value) => SiteHostFixture.WhenAsync(
        () => Task.FromResult(site.Lines("data/lines.jsonl").Contains($"{{\"version\":{value}}}")), $"version {value}");

    private static void Write(SiteFolder site, string file, string text)
    {
        site.Write(file, text);
        File.SetLastWriteTimeUtc(site.At(file), DateTime.UnixEpoch);
    }

    private static SiteFolder NewSite()
    {
        var site = new SiteFolder(SiteFolder.DefaultSite.Replace("\n  [devices.tank.tags]\n  level = \"const 5\"\n",
            "tags = \"tank.csv\"\n", StringComparison.Ordinal));
        site.Write("tank.csv", "name,address\nlevel,const 4\n");
        site.Write("recipes/line.csx", "Plant.line.Scans.Payload(s => new { n = s.Number }).To(Sinks.lines);");
        return site;
    }
}
