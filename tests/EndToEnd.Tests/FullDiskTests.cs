using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The disk with the data of a running site fills up, is full, and has room again.</summary>
[Trait("Needs", "Process")]
public class FullDiskTests
{
    private const string Site = SiteFolder.DefaultSite + """

        [sinks.kept]
        sink = "jsonl"
        path = "kept.jsonl"
        """;

    [SkippableFact]
    public async Task A_disk_is_reported_when_it_fills_up_and_when_it_is_full()
    {
        using var site = new SiteFolder(Site);
        site.Write("recipes/all.csx", "Plant.line.Scans.Payload(s => new { s.Number }).To(Sinks.kept);");
        using var disk = SmallMount.Create("32m", site.At("data"));
        await using var plant = PlantProcess.Start("run", site.Path);
        await plant.WhenAsync("CONNECTED sink=kept");
        Assert.Equal(("ok", "ready"), await HealthAsync(site));
        Assert.Null((string?)(await GetAsync(site, "/api/status"))["disks"]![0]!["warning"]);

        disk.FillUntil("filler", 2 << 20);
        await plant.WhenAsync($"WARN  DISK folder={site.At("data")} state=Filling used=9[0-9]% free=[0-2]MB ");
        Assert.Equal(("degraded", "ready"), await HealthAsync(site));
        Assert.StartsWith("it is 9", (string?)(await GetAsync(site, "/api/status"))["disks"]![0]!["warning"], StringComparison.Ordinal);

        disk.FillUntil("filler", 0);
        await plant.WhenAsync("ERROR DISK .*state=FULL");
        Assert.Equal(("failed", "not_ready"), await HealthAsync(site));
        var sink = Sink(await GetAsync(site, "/api/status"), "kept");
        Assert.Equal("Down", (string?)sink["state"]);
        Assert.StartsWith("the disk is full", (string?)sink["reason"], StringComparison.Ordinal);

        // Records go on to be produced, and wait in memory.
        var route = await WhenAsync(site, r => (long)r["waiting"]! >= 10);
        Assert.Equal((0, (long)route["delivered"]! + (long)route["waiting"]!), ((long)route["dropped"]!, (long)route["produced"]!));

        File.Delete(disk.Path + "/filler");
        await plant.WhenAsync("INFO  DISK .*queue=.*state=OK");
        await plant.WhenAsync("INFO  DISK folder=.*state=OK");
        await WhenAsync(site, r => (long)r["waiting"]! == 0);
        Assert.Equal(("ok", "ready"), await HealthAsync(site));
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());
        var numbers = site.Lines("kept.jsonl").Select(l => (int)JsonNode.Parse(l)!["Number"]!).ToList();
        Assert.Equal(Enumerable.Range(numbers[0], numbers.Count), numbers);
        Assert.Equal(1, plant.Count("state=FULL"));
        Assert.Equal(1, plant.Count("state=Filling"));
    }

    private static JsonNode Sink(JsonNode status, string name) => status["sinks"]!.AsArray().Single(s => (string?)s!["name"] == name)!;

    private static async Task<(string? Health, string? Ready)> HealthAsync(SiteFolder site) =>
        ((string?)(await GetAsync(site, "/health"))["status"], (string?)(await GetAsync(site, "/health/ready"))["status"]);

    private static async Task<JsonNode> WhenAsync(SiteFolder site, Func<JsonNode, bool> condition)
    {
        for (var i = 0; ; i++)
        {
            var queue = await GetAsync(site, "/api/queue");
            var route = queue["sinks"]!.AsArray().Single(s => (string?)s!["sink"] == "kept")!["routes"]![0]!;
            if (condition(route)) return route;
            Assert.True(i < 600, $"{queue}");
            await Task.Delay(100);
        }
    }

    private static async Task<JsonNode> GetAsync(SiteFolder site, string path)
    {
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(site.At("data/host.sock")), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        using var client = new HttpClient(handler);
        return JsonNode.Parse(await (await client.GetAsync($"http://site{path}")).Content.ReadAsStringAsync())!;
    }
}
