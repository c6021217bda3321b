namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The state of recipes after a normal end and after a kill of the program.</summary>
[Trait("Needs", "Process")]
public class StateTests
{
    private const string Recipe = """
        // Speaks once: the value never changes.
        Plant.tank.Scans.OnChange().Payload(s => new { level = s["level"].Int }).To(Sinks.lines);
        """;

    [SkippableFact]
    public async Task A_host_that_ends_in_order_remembers_and_a_killed_one_remembers_what_was_ten_seconds_old()
    {
        using var site = new SiteFolder();
        site.Write("recipes/tank.csx", Recipe);
        await RunAsync("TERM");
        Assert.Single(site.Lines("data/lines.jsonl"));

        await RunAsync("KILL");
        await RunAsync("TERM");
        Assert.Single(site.Lines("data/lines.jsonl"));

        File.Delete(site.At("data/state/recipes/tank.csx.state"));
        await RunAsync("TERM");
        Assert.Equal(2, site.Lines("data/lines.jsonl").Length);

        async Task RunAsync(string signal)
        {
            var isKept = File.Exists(site.At("data/state/recipes/tank.csx.state"));
            await using var plant = PlantProcess.Start("run", site.Path);
            if (isKept) await plant.WhenAsync("STATE recipe=recipes/tank.csx restored=1 away=");
            await plant.WhenAsync("OK .*device=tank");
            await plant.SignalAsync(signal);
            await plant.WhenExitedAsync();
        }
    }
}
