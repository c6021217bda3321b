namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class CommandTests
{
    [SkippableFact]
    public async Task Check_names_a_system_without_time_zone_data()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "TZDIR is read on Linux");
        using var site = new SiteFolder();
        site.Replace("site.toml", "name = \"test\"", "name = \"test\"\ntime_zone = \"Europe/Madrid\"");
        var empty = Directory.CreateDirectory(site.At("data/zones")).FullName;
        var (exit, output) = await PlantProcess.RunAsync(new Dictionary<string, string> { ["TZDIR"] = empty }, "check", site.Path);
        Assert.NotEqual(0, exit);
        Assert.Contains(
            "site.toml:3:13: error: time_zone: \"Europe/Madrid\" is not known, because this system has no time zone data", output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_lists_every_mistake_of_a_site_at_its_place()
    {
        using var site = new SiteFolder("""
            [site]
            name = "test"

            [devices.line]
            driver = "simulater"

              [devices.line.tags]
              a = "sine"

            [devices.oven]
            driver = "modbus"
            hots   = "10.0.0.1"
            port   = 99999

              [devices.oven.tags]
              good = "holding:0"

            [devices.meter]
            driver = "modbus"
            host   = "127.0.0.1"

              [devices.meter.tags]
              energy = "holding:0:flaot32"
              power  = { address = "koil:3" }
              table  = "holding:70000"

            [sinks.lines]
            sink = "jsonl"
            """);
        site.Write("recipes/a.csx", "Plant.line.Scan.To(Sinks.lines);");
        site.Write("recipes/b.csx", "Plant.meter.Scans.Only(\"enrgy\").To(Sinks.lines)");
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        foreach (var expected in new[]
        {
            @"site\.toml:5:10: error: no plugin has a driver ""simulater"".*did you mean ""simulator""",
            @"site\.toml:12:1: error: .*hots.*did you mean ""host""",
            @"site\.toml:13:10: error: port: .*from 1 to 65535, found 99999",
            @"site\.toml:23:23: error: meter.energy: .*flaot32.*FLOAT32",
            @"site\.toml:24:25: error: meter.power: .*koil.*coil",
            @"site\.toml:25:21: error: meter.table: .*65535",
            @"site\.toml:27:1: error: .*path is missing",
            @"recipes/a\.csx\(1,12\): error CS1061: .*'Scan': did you mean 'Scans'",
            @"recipes/b\.csx\(1,25\): error: no tag ""enrgy"".*did you mean ""energy""",
            "9 errors in test",
        }) Assert.Matches(expected, output);
    }

    [Fact]
    public async Task Check_names_state_in_variables_and_tags_that_a_merged_device_lacks()
    {
        using var site = new SiteFolder();
        site.Write("recipes/count.csx", "var n = 0;\nPlant.line.Scans.Payload(scan => new { n = n++ }).To(Sinks.lines);");
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.True(exit == 0, output);
        Assert.Matches(@"recipes/count\.csx\(2,44\): warning: 'n' keeps something .* Fold\(seed, ", output);

        site.Write("recipes/merged.csx", "Plant.line.Scans.Merge(Plant.tank.Scans).OnChange().Throttle(1.Minutes)\n"
            + "    .Window(1.Minutes).Last().Payload(scan => new { l = scan[\"level\"] }).To(Sinks.lines);");
        site.Write("recipes/joined.csx", "Plant.line.Scans.Merge(Plant.tank.Scans).Join(Plant.tank.Scans, 1.Seconds).To(Sinks.lines);");
        (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"recipes/merged\.csx\(2,63\): error: no tag ""level"" in device line", output);
        Assert.Matches(@"recipes/joined\.csx\(1,\d+\): error: Join cannot know which device of a Merge", output);
    }

    [Fact]
    public async Task Every_shipped_site_passes_check()
    {
        foreach (var site in Directory.GetDirectories(Path.Combine(SiteFolder.Root, "sites")))
        {
            var (exit, output) = await PlantProcess.RunAsync(SiteFolder.ExampleEnvironment(Path.GetFileName(site)), "check", site);
            Assert.True(exit == 0, output);
        }
    }

    [Fact]
    public async Task A_new_site_is_well_and_runs()
    {
        using var folder = new SiteFolder();
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "site", "my-plant", "--in", folder.Path)).ExitCode);
        var (again, refusal) = await PlantProcess.RunAsync("new", "site", "my-plant", "--in", folder.Path);
        Assert.Equal(1, again);
        Assert.Contains("is there already", refusal, StringComparison.Ordinal);
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "recipe", "other", "--in", folder.At("my-plant"))).ExitCode);
        var (exit, output) = await PlantProcess.RunAsync("run", folder.At("my-plant"), "--for", "2s");
        Assert.True(exit == 0, output);
        Assert.NotEmpty(folder.Lines("my-plant/data/lines.jsonl"));
    }

    [Fact]
    public async Task A_new_sink_builds_and_stores()
    {
        using var site = new SiteFolder(SiteFolder.DefaultSite.Replace("sink = \"jsonl\"", "sink = \"my-sink\"", StringComparison.Ordinal));
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        Assert.Equal(0, (await PlantProcess.RunAsync("new", "sink", "my-sink", "--in", site.At("src"))).ExitCode);
        await PluginTests.BuildAsync(site.At("src/my-sink"), site.At("plugins/my-sink"));
        var (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "2s");
        Assert.True(exit == 0, output);
        Assert.NotEmpty(site.Lines("data/lines.jsonl"));
    }

    [Fact]
    public async Task Read_shows_the_tags_that_were_asked_for()
    {
        using var site = new SiteFolder();
        var (exit, output) = await PlantProcess.RunAsync("read", site.Path, "tank", "level");
        Assert.True(exit == 0, output);
        Assert.Matches(@"TAG +VALUE +UNIT +QUALITY", output);
        Assert.Matches(@"level +5 +GOOD", output);
        (exit, output) = await PlantProcess.RunAsync("read", site.Path, "tnk");
        Assert.Equal(1, exit);
        Assert.Contains("did you mean \"tank\"", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Text_from_outside_reaches_the_terminal_escaped_and_in_one_line()
    {
        Skip.If(OperatingSystem.IsWindows(), "file names have no control characters here");
        const string Name = "bad\u001b[2J\u202e\nERROR";
        const string Shown = @"bad\u001B[2J\u202E\nERROR";
        using var site = new SiteFolder(SiteFolder.DefaultSite + """


            [devices.panel]
            driver = "simulator"

              [devices.panel.tags]
              message = "text values=bad\u001b[2J\u202eERROR"
            """);
        var (exit, output) = await PlantProcess.RunAsync("read", site.Path, "panel", "message");
        Assert.True(exit == 0, output);
        Assert.Matches(@"\nmessage +bad\\u001B\[2J\\u202EERROR +GOOD", output);
        site.Write($"recipes/{Name}.csx", "Plant.panel.Scan.To(Sinks.lines);");
        (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Contains($@"recipes/{Shown}.csx(1,13): error CS1061", output, StringComparison.Ordinal);
        Assert.DoesNotContain(output, letter => letter is '\u001b' or '\u202e');
    }

    [Theory]
    [InlineData("--version")]
    [InlineData("--help")]
    [InlineData("plugins")]
    public async Task What_one_asks_first_is_answered(string argument)
    {
        var (exit, output) = await PlantProcess.RunAsync(argument);
        Assert.True(exit == 0, output);
        Assert.NotEmpty(output);
    }

    [Fact]
    public async Task A_wrong_folder_or_word_is_said_plainly()
    {
        var (exit, output) = await PlantProcess.RunAsync("run", "/no/such/site");
        Assert.Equal(78, exit);
        Assert.Contains("plant new site", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("rnu");
        Assert.Equal(1, exit);
        Assert.Contains("run", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("run", SiteFolder.Committed("demo"), "--for", "30");
        Assert.Equal(1, exit);
        Assert.Contains("30s", output, StringComparison.Ordinal);
    }
}
