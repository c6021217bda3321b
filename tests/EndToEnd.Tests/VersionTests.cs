using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The data of released versions (Versions/README.md), and that of a version to come.</summary>
[Trait("Needs", "Process")]
public class VersionTests
{
    public static TheoryData<string> Released => [.. Directory.GetFiles(Folder, "plant-*.zip").Select(f => Path.GetFileName(f))];

    private static string Folder => Path.Combine(SiteFolder.Root, "tests", "EndToEnd.Tests", "Versions");

    [Theory]
    [MemberData(nameof(Released))]
    public async Task The_data_of_a_released_version_is_opened_and_goes_on(string archive)
    {
        using var site = new SiteFolder();
        var restored = await PlantProcess.RunAsync("restore", Path.Combine(Folder, archive), site.Path, "--yes");
        Directory.Delete(Kept(restored.Output), recursive: true);
        Assert.True(restored.ExitCode == 0, restored.Output);
        site.Replace("site.toml", "sink = \"http\"\nurl  = \"http://127.0.0.1:9/\"", "sink = \"jsonl\"\npath = \"later.jsonl\"");
        await using (var plant = PlantProcess.Start("run", site.Path))
        {
            await plant.WhenAsync("CONNECTED sink=later");
            await plant.WhenAsync("OK plant=1 device=line");
            await plant.SignalAsync("TERM");
            Assert.Equal(0, await plant.WhenExitedAsync());
            Assert.DoesNotContain("DAMAGED", plant.Output, StringComparison.Ordinal);
        }

        // The waiting records begin with the first scan of the version; after them the count goes on.
        var counts = site.Lines("later.jsonl").Select(l => (int)JsonNode.Parse(l)!["count"]!).ToList();
        Assert.Equal(1, counts[0]);
        Assert.True(counts.Count > 100, $"{counts.Count} records");
        Assert.True(counts[^1] > 100, $"the last count is {counts[^1]}");
        Assert.Contains("anna", (await PlantProcess.RunAsync("user", "list", site.Path)).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_data_of_a_newer_version_is_refused_and_stays_as_it_is()
    {
        using var site = new SiteFolder();
        Directory.CreateDirectory(site.At("data"));
        site.Write("data/format", "2 9.9.0\n");
        string[][] commands =
        [
            ["run", site.Path, "--for", "1s"], ["user", "token", site.Path, "grafana"], ["backup", site.Path, site.Path + ".zip"],
        ];
        foreach (var command in commands)
        {
            var (exit, output) = await PlantProcess.RunAsync(command);
            Assert.Equal(command[0] == "run" ? 78 : 1, exit);
            Assert.Contains("data was written by plant 9.9.0 (format 2); this is plant ", output, StringComparison.Ordinal);
            Assert.Contains("run plant 9.9.0 or newer", output, StringComparison.Ordinal);
        }

        Assert.Equal(["format"], Directory.GetFileSystemEntries(site.At("data")).Select(Path.GetFileName));
    }

    private static string Kept(string output) => output.Split("what was there before is in ")[1].Split('\n')[0].Trim();
}
