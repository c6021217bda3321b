namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Devices and sinks that are opened anew on request.</summary>
[Trait("Needs", "Process")]
public class RestartTests
{
    [SkippableFact]
    public async Task A_device_or_sink_of_a_running_site_is_opened_anew_at_once()
    {
        using var site = WriteTests.Site(DoctorTests.FreePort());
        site.Replace("site.toml", "first = \"100ms\", max = \"200ms\"", "first = \"1h\", max = \"1h\"");
        site.Write("site.toml", string.Join('\n', site.Lines("site.toml")) + "\n[sinks.file]\nsink = \"jsonl\"\npath = \"data/file.jsonl\"\n");
        var (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "press");
        Assert.True(exit == 1 && output.Contains("start it with plant run", StringComparison.Ordinal), output);

        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("RECONNECT .*device=press .*sleep=3600s");
        (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "press");
        Assert.True(exit == 0 && output.Contains("device press starts anew", StringComparison.Ordinal), output);
        await plant.WhenAsync("RECONNECT .*device=press .*sleep=3600s", 2);
        await plant.WhenAsync("START .*device=line");
        (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "line");
        Assert.True(exit == 0, output);
        await plant.WhenAsync("START .*device=line", 2);
        await plant.WhenAsync("START sink=file");
        (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "file");
        Assert.True(exit == 0 && output.Contains("sink file starts anew", StringComparison.Ordinal), output);
        await plant.WhenAsync("START sink=file", 2);
        (exit, output) = await PlantProcess.RunAsync("restart", site.Path, "prees");
        Assert.Equal(1, exit);
        Assert.Contains("no device or sink \"prees\" in the running site: did you mean \"press\"?", output, StringComparison.Ordinal);

        site.Replace("site.toml", "const 5", "const 6");
        await plant.WhenAsync("RECONNECT .*device=press .*sleep=3600s", 3);
    }
}
