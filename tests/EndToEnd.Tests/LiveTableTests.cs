using PlantRuntime.Faults.Host;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The live table of <c>plant watch</c> and <c>plant run</c> in a real terminal: whole screens.</summary>
[Trait("Needs", "Server")]
public class LiveTableTests
{
    private const int Tags = 2000;

    // 300 characters; the last word shows that all of it is on the screen.
    private static readonly string s_reason =
        string.Concat(Enumerable.Repeat("rack 2 slot 3 refuses the connection ", 9))[..295].TrimEnd() + " (end)";

    [SkippableFact]
    public async Task The_table_is_whole_at_each_size_and_after_each_resize()
    {
        using var site = FailingSite();
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("RECONNECT .*device=saw");
        await plant.WhenAsync("recipe=recipes/bad.csx");
        await using var terminal = await Terminal.OpenAsync(80, 24, PlantProcess.CommandLine("watch", site.Path));
        var (small, large) = (Expected("80x24", site), Expected("140x45", site));
        await terminal.WhenShownAsync(small);
        await terminal.ResizeAsync(140, 45);
        await terminal.WhenShownAsync(large);
        await terminal.ResizeAsync(40, 10);
        await terminal.WhenAsync(@"^ failing  degraded");
        await terminal.ResizeAsync(80, 24);
        await terminal.WhenShownAsync(small);
        await terminal.ResizeAsync(200, 60);
        await terminal.WhenAsync(@"device saw: .*\n.*\(end\)");
        await terminal.ResizeAsync(140, 45);
        await terminal.WhenShownAsync(large);
    }

    [SkippableFact]
    public async Task Two_thousand_tags_are_filtered_scrolled_and_sorted_by_keys()
    {
        using var site = FailingSite();
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=line");
        await using var terminal = await Terminal.OpenAsync(80, 24, PlantProcess.CommandLine("watch", site.Path));
        await terminal.WhenAsync(@"0/1 recipe  2000/2003 tags");
        await terminal.PressAsync("End");
        await terminal.WhenAsync(@"^ tag    line\.t1999 .* 1999 pcs");
        await terminal.PressAsync("PPage", "Up");
        await terminal.WhenAsync(@"^tag line\.t1986 = 1986 pcs");
        await terminal.PressAsync("/", "t19", "Space", "TAG");
        await terminal.WhenAsync(@"^ /t19 TAG_");
        await terminal.PressAsync("BSpace", "BSpace", "BSpace", "7", "Enter");
        await terminal.WhenAsync(@"^ /t19 7  Esc clears .*\(\d+ in all\)");
        await terminal.PressAsync("Escape");
        await terminal.WhenAsync(@"^ / filter .* of \d+$");
        await terminal.PressAsync("b");
        await terminal.WhenAsync(@"^ / filter  b all rows .* 1-7 of 7 \(2009 in all\)$");
        await terminal.PressAsync("b", "s");
        await terminal.WhenAsync(@"^ KIND .*\n!device lathe [^~]* s by name ");
    }

    [SkippableFact]
    public async Task A_host_that_ends_is_waited_for_and_q_gives_the_terminal_back()
    {
        using var site = new SiteFolder();
        site.Replace("site.toml", "level = \"const 5\"", "level = { address = \"const プレス機の故障\", unit = \"°C\" }");
        await using var terminal = await Terminal.OpenAsync(
            80, 24, $"echo before; {PlantProcess.CommandLine("watch", site.Path)}; echo \"code $?\"; stty -a; cat");
        await terminal.WhenAsync("no host runs this site");
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await terminal.WhenAsync(@"^ tag    tank\.level                  GOOD          プレス機の故障 °C ");
            await plant.SignalAsync("TERM");
            await plant.WhenExitedAsync();
        }

        var lost = await terminal.WhenAsync(@"no host runs this site|the host has ended");
        Assert.Contains("tank.level", lost, StringComparison.Ordinal);
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await terminal.WhenAsync(@"^ test  ok .*\n KIND");
            await terminal.PressAsync("q");
            var screen = await terminal.WhenAsync(@"^before\ncode 0\n[^~]* icanon [^~]* echo ");
            Assert.DoesNotContain("tank.level", screen, StringComparison.Ordinal);
            Assert.False(plant.HasExited);
        }
    }

    [SkippableTheory]
    [InlineData("C-c")]
    [InlineData("TERM")]
    [InlineData("q y")]
    public async Task The_table_of_run_gives_the_terminal_back_and_the_log_of_the_end_is_on_it(string end)
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        var run = $"sh -c 'echo $$ > {site.At("pid")}; exec {PlantProcess.CommandLine("run", site.Path)}'";
        await using var terminal = await Terminal.OpenAsync(100, 30, $"echo before; {run}; echo \"code $?\"; stty -a; cat");
        await terminal.WhenAsync(@"^ test  ok  2 devices  1 sink  1 recipe  3 tags");
        await terminal.WhenAsync(@"^\d{4}-\d\d-\d\dT.* CONNECTED ");
        await terminal.PressAsync("q");
        await terminal.WhenAsync(@"^ End the plant\? y ends it");
        await terminal.PressAsync("n");
        await terminal.WhenAsync(@"^ / filter");
        if (end == "TERM") await SystemTool.RunAsync("kill", "-TERM", site.Lines("pid")[0]);
        else await terminal.PressAsync(end.Split(' '));
        await terminal.WhenAsync(@"END sink=lines produced=(\d+) delivered=\1 [^~]*\ncode 0\n[^~]* icanon [^~]* echo ");
    }

    [SkippableFact]
    public async Task Without_a_terminal_the_command_says_what_to_use()
    {
        using var site = new SiteFolder();
        var (exit, output) = await PlantProcess.RunAsync("watch", site.Path);
        Assert.Equal(1, exit);
        Assert.Contains($"plant status {site.Path}", output, StringComparison.Ordinal);
    }

    /// <summary>Three devices that do not answer, with reasons of 300 characters, a recipe that is stopped, and many tags.</summary>
    private static SiteFolder FailingSite()
    {
        var failing = string.Join('\n', new[] { "saw", "mill", "lathe" }.Select(name => $"""
            [devices.{name}]
            driver = "hostile"
            fault  = "refuse: {s_reason}"
              [devices.{name}.tags]
              a = "a"
            """));
        var site = new SiteFolder($"""
            [site]
            name = "failing"
            [devices.line]
            driver = "simulator"
            poll   = "200ms"
            tags   = "line.csv"
            {failing}
            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("line.csv", "name,address,unit\n" + string.Concat(Enumerable.Range(0, Tags).Select(i => $"t{i:000},const {i},pcs\n")));

        // It does not end at a scan after those of the dry run, and is stopped.
        site.Write("recipes/bad.csx", """
            var scans = 0;
            Plant.line.Scans.Where(scan => { scans++; while (scans > 20) scans = 21; return true; }).To(Sinks.lines);
            """);
        HostileFolder.Copy(site, "hostile");
        return site;
    }

    /// <summary>The screen of the failing site at a size; <c>{path}</c> is its folder.</summary>
    private static string Expected(string size, SiteFolder site) => File.ReadAllText(
        Path.Combine(SiteFolder.Root, "tests", "EndToEnd.Tests", "Screens", $"failing-{size}.txt"))
        .Replace("{path}", site.Path, StringComparison.Ordinal);
}
