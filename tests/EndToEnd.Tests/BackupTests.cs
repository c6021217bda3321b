using System.IO.Compression;
using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The commands <c>plant backup</c> and <c>plant restore</c>, beside a running host and without one.</summary>
[Trait("Needs", "Process")]
public sealed class BackupTests : IDisposable
{
    private readonly SiteFolder _site = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("plant-test-").FullName;

    public BackupTests()
    {
        _site.Replace("site.toml", "[sinks.lines]\nsink = \"jsonl\"\npath = \"data/lines.jsonl\"",
            """
            [sinks.history]
            sink = "sqlite"
            path = "data/plant.db"

            [sinks.far]
            sink = "http"
            url  = "http://127.0.0.1:9/"
            """);
        _site.Write("recipes/count.csx", """
            Plant.line.Scans.Fold(0, (count, scan) => count + 1).Payload(count => new { count }).To(Sinks.history, Sinks.far);
            """);
    }

    private string Archive => Path.Combine(_folder, "backup.zip");

    private string Restored => Path.Combine(_folder, "restored");

    [Fact]
    public async Task A_running_site_is_restored_with_its_queue_its_state_and_its_users()
    {
        await using (var plant = PlantProcess.Start("run", _site.Path))
        {
            await plant.WhenAsync("RETRY sink=far");
            Assert.Equal(0, (await PlantProcess.RunAsync("user", "token", _site.Path, "grafana")).ExitCode);
            var refused = await PlantProcess.RunAsync("backup", _site.Path, _site.At("mine.zip"));
            Assert.True(refused.ExitCode == 1 && refused.Output.Contains("is in the folder of the site", StringComparison.Ordinal),
                refused.Output);
            var made = await PlantProcess.RunAsync("backup", _site.Path, Archive);
            Assert.True(made.ExitCode == 0, made.Output);
            refused = await PlantProcess.RunAsync("restore", Archive, _site.Path, "--yes");
            Assert.True(refused.ExitCode == 1 && refused.Output.Contains("a host runs", StringComparison.Ordinal), refused.Output);
        }

        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Archive));
        Assert.Equal([Archive], Directory.GetFileSystemEntries(_folder));
        using (var zip = ZipFile.OpenRead(Archive))
        {
            Assert.DoesNotContain(zip.Entries, e => e.FullName.Contains("/logs/") || e.FullName.Contains("host.sock")
                || e.FullName.Contains("data/recipes/"));
        }

        var (exit, output) = await PlantProcess.RunAsync("restore", Archive, Restored);
        Assert.True(exit == 0, output);
        Assert.Contains("grafana", (await PlantProcess.RunAsync("user", "list", Restored)).Output, StringComparison.Ordinal);
        var toml = Path.Combine(Restored, "site.toml");
        await File.WriteAllTextAsync(toml, (await File.ReadAllTextAsync(toml)).Replace(
            "sink = \"http\"\nurl  = \"http://127.0.0.1:9/\"", "sink = \"jsonl\"\npath = \"far.jsonl\"", StringComparison.Ordinal));
        await using (var plant = PlantProcess.Start("run", Restored))
        {
            await plant.WhenAsync("CONNECTED sink=far");
            await plant.WhenAsync("CONNECTED sink=history");
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
            Assert.DoesNotContain("DAMAGED", plant.Output, StringComparison.Ordinal);
        }

        var counts = (await File.ReadAllLinesAsync(Path.Combine(Restored, "far.jsonl"))).Select(l => (int)JsonNode.Parse(l)!["count"]!);
        Assert.Equal(1, counts.First());
    }

    [Fact]
    public async Task A_site_that_does_not_run_is_replaced_only_on_demand_and_kept()
    {
        Assert.Equal(0, (await PlantProcess.RunAsync("run", _site.Path, "--for", "2s")).ExitCode);
        Assert.Equal(0, (await PlantProcess.RunAsync("backup", _site.Path, Archive)).ExitCode);
        _site.Write("recipes/new.csx", "// newer than the backup");
        var asked = await PlantProcess.RunAsync("restore", Archive, _site.Path);
        Assert.True(asked.ExitCode == 1 && asked.Output.Contains("give --yes to replace it", StringComparison.Ordinal), asked.Output);
        Assert.True(File.Exists(_site.At("recipes/new.csx")));

        var (exit, output) = await PlantProcess.RunAsync("restore", Archive, _site.Path, "--yes", "--same-machine");
        Assert.True(exit == 0, output);
        var kept = output.Split("what was there before is in ")[1].Split('\n')[0].Trim();
        Assert.True(File.Exists(Path.Combine(kept, "recipes", "new.csx")));
        Directory.Delete(kept, recursive: true);
        Assert.False(File.Exists(_site.At("recipes/new.csx")));
        Assert.True(File.Exists(_site.At("data/queue.db")));
        Assert.Equal(0, (await PlantProcess.RunAsync("run", _site.Path, "--for", "1s")).ExitCode);
    }

    [Fact]
    public async Task A_file_that_is_no_backup_is_neither_replaced_nor_restored()
    {
        var file = Path.Combine(_folder, "notes.txt");
        await File.WriteAllTextAsync(file, "not to be lost");
        var made = await PlantProcess.RunAsync("backup", _site.Path, file);
        Assert.True(made.ExitCode == 1 && made.Output.Contains("exists and is no backup", StringComparison.Ordinal), made.Output);
        var restored = await PlantProcess.RunAsync("restore", file, Restored);
        Assert.True(restored.ExitCode == 1 && restored.Output.Contains("is no backup", StringComparison.Ordinal), restored.Output);
        Assert.Equal("not to be lost", await File.ReadAllTextAsync(file));
        Assert.False(Directory.Exists(Restored));
    }

    public void Dispose()
    {
        _site.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
