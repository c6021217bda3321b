using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The audit log over kills, restarts, edits and commands, and plugins that are locked.</summary>
[Trait("Needs", "Process")]
public class AuditTests
{
    [SkippableFact]
    public async Task Changes_are_in_the_log_and_its_chain_goes_over_kills_and_commands()
    {
        Skip.If(OperatingSystem.IsWindows(), "the host is killed by a signal");
        using var site = new SiteFolder();
        site.Write("recipes/a.csx", "Plant.line.Scans.Payload(s => s.Values).To(Sinks.lines);");
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync("RECIPE name=recipes/a.csx state=Running");
            site.Replace("site.toml", "level = \"const 5\"", "level = \"const 6\"");
            await WhenLoggedAsync(site, "configuration");
            await WhenLoggedAsync(site, "recipe");
            Assert.Equal(0, (await PlantProcess.RunAsync("user", "token", site.Path, "grafana")).ExitCode);
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        Assert.Equal(0, (await PlantProcess.RunAsync("user", "remove", site.Path, "grafana")).ExitCode);
        Assert.Equal(0, (await PlantProcess.RunAsync("run", site.Path, "--for", "1s")).ExitCode);
        var actions = site.Lines("logs/audit.jsonl").Select(l => (string?)JsonNode.Parse(l)!["action"]).ToList();
        Assert.Equal(2, actions.Count(a => a == "start"));
        Assert.Empty(new[] { "configuration", "recipe", "user_token", "user_remove" }.Except(actions));

        var (exit, output) = await PlantProcess.RunAsync("audit", "verify", site.Path);
        Assert.True(exit == 0, output);
        var last = output.Split("last hash: ")[1].Trim();
        site.Replace("logs/audit.jsonl", "user_token", "user_add");
        (exit, output) = await PlantProcess.RunAsync("audit", "verify", site.Path);
        Assert.Equal(1, exit);
        var line = actions.IndexOf("user_token") + 2;
        Assert.Contains($"audit.jsonl:{line}: does not fit the line before it", output, StringComparison.Ordinal);
        site.Replace("logs/audit.jsonl", "user_add", "user_token");
        site.Write("logs/audit.jsonl", string.Join('\n', site.Lines("logs/audit.jsonl")[..^1]) + "\n");
        Assert.Equal(0, (await PlantProcess.RunAsync("audit", "verify", site.Path)).ExitCode);
        (exit, output) = await PlantProcess.RunAsync("audit", "verify", site.Path, "--expect", last);
        Assert.True(exit == 1 && output.Contains($"no line has the hash {last}", StringComparison.Ordinal), output);
    }

    [Fact]
    public async Task A_site_that_requires_its_lock_runs_only_with_it()
    {
        using var site = new SiteFolder();
        site.Replace("site.toml", "name = \"test\"", "name = \"test\"\nrequire_lock = true");
        var (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "1s");
        Assert.Contains($"plant plugins lock {site.Path}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("CONNECTED", output, StringComparison.Ordinal);
        (exit, output) = await PlantProcess.RunAsync("plugins", "lock", site.Path);
        Assert.True(exit == 0 && output.Contains("added host/", StringComparison.Ordinal), output);
        (exit, output) = await PlantProcess.RunAsync("run", site.Path, "--for", "3s");
        Assert.True(exit == 0 && output.Contains("CONNECTED", StringComparison.Ordinal), output);
        Assert.Contains("plugins_lock", site.Lines("logs/audit.jsonl").Select(l => (string?)JsonNode.Parse(l)!["action"]));

        var lines = site.Lines("plugins.lock");
        var changed = lines.Select(l => l.Replace("sha256:", "sha256:0", StringComparison.Ordinal)[..^1]);
        site.Write("plugins.lock", string.Join('\n', changed) + "\n");
        (_, output) = await PlantProcess.RunAsync("plugins", site.Path);
        Assert.Contains("is not the one in plugins.lock: expected sha256:0", output, StringComparison.Ordinal);
    }

    private static async Task WhenLoggedAsync(SiteFolder site, string action)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!site.Lines("logs/audit.jsonl").Any(l => l.Contains($"\"action\":\"{action}\"", StringComparison.Ordinal)))
            await Task.Delay(50, patience.Token);
    }
}
