using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary><c>plant status</c> and <c>plant log</c>: what they print, and their exit codes.</summary>
[Trait("Needs", "Process")]
public class StatusTests
{
    [SkippableFact]
    public async Task The_exit_code_tells_healthy_unhealthy_and_not_running()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        var (exit, output) = await PlantProcess.RunAsync("status", site.Path);
        Assert.Equal(2, exit);
        Assert.Contains("no host runs this site", output, StringComparison.Ordinal);
        Assert.Equal(2, (await PlantProcess.RunAsync("status", site.At("recipes"))).ExitCode);

        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync("OK .*device=line");
            await plant.WhenAsync("OK .*device=tank");
            await plant.WhenAsync("name=recipes/all.csx state=Running");
            (exit, output) = await PlantProcess.RunAsync("status", site.Path);
            Assert.True(exit == 0, output);
            Assert.StartsWith("test: healthy\n", output, StringComparison.Ordinal);
            Assert.Matches(@"\nDEVICE  STATE    DRIVER     TAGS .*\nline    Running  simulator  2 ", output);
            Assert.Matches(@"\nRECIPE           STATE    VERSION  FAULTS  LOST SCANS\nrecipes/all.csx  Running  1        0       0\n", output);
            Assert.Matches(@"\nQUEUE  WAITING  SIZE .*\nlines  \d", output);

            site.Write("recipes/all.csx", "Plant.lime.Scans.To(Sinks.lines);");
            await plant.WhenAsync("RECIPE name=recipes/all.csx problem=");
            (exit, output) = await PlantProcess.RunAsync("status", site.Path);
            Assert.True(exit == 1, output);
            Assert.StartsWith("test: unhealthy, 1 recipe not working\n", output, StringComparison.Ordinal);
            Assert.Matches(@"\n    recipes/all.csx\(1,7\): .*lime[^~]*\n    next: the version before runs on; correct the file and save it", output);
            (exit, output) = await PlantProcess.RunAsync("status", site.Path, "--json");
            var status = JsonNode.Parse(output)!;
            Assert.Equal((1, "not_ready", false), (exit, (string?)status["ready"], (bool)status["recipes"]![0]!["healthy"]!));
            Assert.Equal("lines", (string?)status["queue"]!["sinks"]![0]!["sink"]);

            site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
            await plant.WhenAsync("RECIPE name=recipes/all.csx .*the file is again as it runs");
            var saved = await File.ReadAllTextAsync(site.At("site.toml"));
            site.Write("site.toml", saved + "\n[sinks.more]\nsink = \"jsnl\"\npth = \"data/more\"\n");
            await plant.WhenAsync("SITE state=Held");
            (exit, output) = await PlantProcess.RunAsync("status", site.Path);
            Assert.True(exit == 1, output);
            Assert.StartsWith("test: unhealthy, site.toml not as edited\n", output, StringComparison.Ordinal);
            var text = string.Join(' ', output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
            Assert.Matches(@"site\.toml as edited is not applied: site\.toml:\d+:\d+: .*""jsnl"": did you mean ""jsonl""\?", text);
            Assert.DoesNotContain("refused", output, StringComparison.Ordinal);
            site.Write("site.toml", saved);
            await plant.WhenAsync("SITE state=Running reason=");
            Assert.Equal(0, (await PlantProcess.RunAsync("status", site.Path)).ExitCode);
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        // The socket of a host that was killed is still there.
        Assert.True(File.Exists(site.At("data/host.sock")));
        Assert.Equal(2, (await PlantProcess.RunAsync("status", site.Path)).ExitCode);
    }

    [SkippableFact]
    public async Task A_host_that_accepts_and_does_not_answer_is_unhealthy()
    {
        Skip.If(OperatingSystem.IsWindows(), "the host has a Unix socket");
        using var site = new SiteFolder();
        Directory.CreateDirectory(site.At("data"));
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(site.At("data/host.sock")));
        socket.Listen();
        var (exit, output) = await PlantProcess.RunAsync("status", site.Path);
        Assert.Equal(1, exit);
        Assert.Contains("the host does not answer within 5 s", output, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task The_log_is_followed_over_a_restart_of_the_host()
    {
        using var site = new SiteFolder();
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.lines);");
        await using var log = PlantProcess.StartForeground("log", site.Path, "--follow");
        await log.WhenAsync("no host runs this site");
        await log.WhenAsync("waiting for the host");
        for (var run = 1; run <= 2; run++)
        {
            await using var plant = PlantProcess.Start("run", site.Path);
            await log.WhenAsync("the host has started", run);
            await log.WhenAsync("CONNECTED sink=lines", run);

            // Each line comes once, those before the stream and those in it.
            site.Write("recipes/all.csx", $"Plant.line.Scans.To(Sinks.lines); // {run}");
            site.Write("recipes/new.csx", $"Plant.lime.Scans.To(Sinks.lines); // {run}");
            await log.WhenAsync("RECIPE name=recipes/new.csx state=Failed", run);
            Assert.Equal(run, log.Count("CONNECTED sink=lines"));
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
            await log.WhenAsync("^waiting for the host", run + 1);
        }

        Assert.Equal(1, log.Count("the host has started anew"));
        await log.SignalAsync("INT");
        Assert.Equal(0, await log.WhenExitedAsync());
    }

    [SkippableFact]
    public async Task The_log_has_levels_and_without_a_host_it_is_the_end_of_the_file()
    {
        using var site = new SiteFolder();
        site.Write("recipes/bad.csx", "Plant.lime.Scans.To(Sinks.lines);");
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync("OK .*device=line");
            await plant.WhenAsync("RECIPE name=recipes/bad.csx problem=");
            var (code, running) = await PlantProcess.RunAsync("log", site.Path, "--level", "error");
            Assert.Equal(0, code);
            Assert.All(running.Split('\n'), line => Assert.Contains(" ERROR ", line, StringComparison.Ordinal));
            await plant.SignalAsync("TERM");
            await plant.WhenExitedAsync();
        }

        var (exit, output) = await PlantProcess.RunAsync("log", site.Path);
        Assert.Equal(0, exit);
        Assert.Contains($"these are the last lines of {site.At("logs/plant.log")}", output, StringComparison.Ordinal);
        Assert.Contains("END sink=lines", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("log", site.Path, "--level", "ERROR");
        Assert.DoesNotContain(" INFO ", output, StringComparison.Ordinal);
        Assert.Contains(" ERROR ", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("log", site.Path, "--level", "loud");
        Assert.True(exit != 0 && output.Contains("loud", StringComparison.Ordinal), output);
        site.Replace("site.toml", "name = \"test\"", "name = 7");
        (exit, output) = await PlantProcess.RunAsync("log", site.Path);
        Assert.True(exit == 0 && output.Contains("END sink=lines", StringComparison.Ordinal), output);
    }

    [SkippableFact]
    public async Task A_reader_that_goes_away_ends_the_log_quietly()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs a shell");
        using var site = new SiteFolder();
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("OK .*device=line");

        // The pipe holds less than the log has to write while the reader is gone.
        await using var head = PlantProcess.StartThrough(
            ["bash", "-c", "\"$@\" | head -1; echo \"codes ${PIPESTATUS[*]}\"", "bash"], "log", site.Path, "--follow");
        await head.WhenAsync(" INFO  ");
        site.Write("recipes/new.csx", "Plant.lime.Scans.To(Sinks.lines);");
        await head.WhenAsync("^codes 0 0$");
        Assert.Equal(2, head.Output.Split('\n').Length);
    }
}
