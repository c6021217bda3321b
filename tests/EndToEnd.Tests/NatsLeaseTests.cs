using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;
using Xunit.Abstractions;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>Hosts of one site with a lease in real nats-servers.</summary>
[Trait("Needs", "Server")]
public sealed class NatsLeaseTests(ITestOutputHelper output)
{
    [SkippableFact]
    public async Task A_handover_needs_another_host_and_carries_the_state_of_the_recipes()
    {
        await using var server = await NatsServer.StartAsync();
        using var folder = CreateSite(server.Ports, "");
        using var other = CreateSite(server.Ports, "");
        await using var first = PlantProcess.Start("run", folder.Path);
        await first.WhenAsync("CONNECTED sink=bus");
        var (code, text) = await PlantProcess.RunAsync("handover", folder.Path);
        Assert.Equal(1, code);
        Assert.Contains("no other host waits for the lease: nothing was changed", text, StringComparison.Ordinal);

        await using var second = PlantProcess.Start("run", other.Path);
        await second.WhenAsync("STANDBY state=Ready recipes=1");
        (code, text) = await PlantProcess.RunAsync("handover", other.Path);
        Assert.Equal(1, code);
        Assert.Contains("this host is not active", text, StringComparison.Ordinal);
        await WhenStatusAsync(folder, $"standby: {Environment.MachineName}:{other.Path}");
        await WhenStatusAsync(other, $"active: {Environment.MachineName}:{folder.Path} since ");

        var watch = Stopwatch.StartNew();
        (code, text) = await PlantProcess.RunAsync("handover", folder.Path);
        output.WriteLine($"{text}\nhandover: {watch.Elapsed.TotalSeconds:0.0} s");
        Assert.Equal(0, code);
        await second.WhenAsync("STATE restored=1 token=");
        await second.WhenAsync("STATE recipe=recipes/all.csx restored=1 ");
        await second.WhenAsync("CONNECTED sink=bus");
        await WhenStatusAsync(folder, "standby: another host is active");

        // Each scan was counted by one of them, and none by both.
        await second.SignalAsync("TERM");
        Assert.Equal(0, await second.WhenExitedAsync());
        await first.WhenAsync("LEASE state=Active", count: 2);
        await first.SignalAsync("TERM");
        Assert.Equal(0, await first.WhenExitedAsync());
        int[] counts = [.. Counts(folder).Concat(Counts(other)).Order()];
        Assert.Equal(Enumerable.Range(1, counts.Length), counts);
    }

    [SkippableFact]
    public async Task Another_server_of_a_cluster_keeps_the_lease_when_one_is_lost_and_a_cold_host_takes_over()
    {
        await using var servers = await NatsServer.StartAsync(nodes: 3);
        using var folder = CreateSite(servers.Ports, ", expiry = \"20s\", standby = \"cold\"");
        using var other = CreateSite([.. servers.Ports.Reverse()], ", expiry = \"20s\", standby = \"cold\"");
        await using var first = PlantProcess.Start("run", folder.Path);
        await first.WhenAsync("CONNECTED sink=bus");
        await using var second = PlantProcess.Start("run", other.Path);
        await WhenStatusAsync(folder, $"standby: {Environment.MachineName}:{other.Path}");

        // The first host is connected to this one; it may also lead the bucket, and another one is elected then.
        await servers.KillAsync();
        await first.WhenAsync("RETRY sink=bus");
        await first.WhenAsync("UP sink=bus");
        await servers.RestartAsync();
        await WhenStatusAsync(folder, $"standby: {Environment.MachineName}:{other.Path}");
        Assert.Equal(0, first.Count("LEASE state=Lost"));
        await first.SignalAsync("KILL");
        await second.WhenAsync("LEASE state=Active");
        await second.WhenAsync("CONNECTED sink=bus");
        Assert.Equal(0, second.Count("STANDBY state=Ready"));
    }

    private static async Task WhenStatusAsync(SiteFolder site, string expected)
    {
        var patience = Stopwatch.StartNew();
        while (true)
        {
            var (_, text) = await PlantProcess.RunAsync("status", site.Path);
            if (text.Contains(expected, StringComparison.Ordinal)) return;
            Assert.True(patience.Elapsed < TimeSpan.FromSeconds(120), $"no \"{expected}\" in\n{text}");
        }
    }

    private static IEnumerable<int> Counts(SiteFolder site) => site.Lines("data/lines.jsonl")
        .Select(line => int.Parse(Regex.Match(line, "\"n\":([0-9]+)").Groups[1].Value, CultureInfo.InvariantCulture));

    private static SiteFolder CreateSite(IReadOnlyList<int> ports, string lease)
    {
        var site = new SiteFolder($$"""
            [site]
            name  = "twins"
            lease = { nats = "bus"{{lease}} }

            [devices.line]
            driver = "simulator"
            poll   = "200ms"
            tags   = { energy = "sine min=0 max=10 period=10s" }

            [sinks.bus]
            sink    = "nats"
            servers = [{{string.Join(", ", ports.Select(p => string.Create(CultureInfo.InvariantCulture, $"\"127.0.0.1:{p}\"")))}}]
            subject = "twins"
            timeout = "3s"
            stream  = { name = "TWINS", replicas = {{ports.Count}} }

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"
            """);
        site.Write("recipes/all.csx", """
            Plant.line.Scans.Fold(0, (n, scan) => n + 1).Payload(n => new { n }).To(Sinks.bus, Sinks.lines);
            """);
        return site;
    }
}
