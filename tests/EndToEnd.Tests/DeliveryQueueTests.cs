using System.Text.Json;
using PlantRuntime.Faults;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.EndToEnd.Tests;

[Trait("Needs", "Process")]
public class DeliveryQueueTests
{
    [SkippableFact]
    public async Task Dead_letters_of_a_running_host_are_listed_shown_exported_sent_again_and_deleted()
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = Site(server);

        // A tag and its number: a number between colons alone would be found in the time of day, at minute 30.
        server.Answer = body => body.Contains(":2:30:", StringComparison.Ordinal) || body.Contains(":0:40:", StringComparison.Ordinal)
            ? (422, null) : (204, null);
        await server.StartAsync();
        site.Ledger.Limit = 50;
        site.Start();
        await Until.MustHoldAsync(() => arrivals.Distinct == 48, TimeSpan.FromSeconds(120), "48 stored");
        await site.DrainedAsync(TimeSpan.FromSeconds(10));

        var list = await QueueAsync("queue", site.Folder.Path);
        Assert.Matches(@"web +Running +0 +.*\b2\b", list);
        Assert.Matches(@"recipes/all\.csx > web +50 +48 +0 +0 +2 +0 +0", list);
        using var counts = JsonDocument.Parse(await QueueAsync("queue", site.Folder.Path, "--json"));
        var web = counts.RootElement.GetProperty("sinks")[0];
        Assert.Equal(2, web.GetProperty("dead_letters").GetInt64());
        var route = web.GetProperty("routes")[0];
        string[] fates = ["delivered", "waiting", "expired", "dead_lettered", "dropped", "damaged"];
        Assert.Equal(route.GetProperty("produced").GetInt64(), fates.Sum(f => route.GetProperty(f).GetInt64()));
        await QueueAsync("queue", "export", site.Folder.Path, "--to", site.Folder.At("letters.jsonl"));
        var ids = site.Folder.Lines("letters.jsonl").Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetInt64()).ToList();
        Assert.Equal(2, ids.Count);
        var shown = await QueueAsync("queue", "show", site.Folder.Path, $"{ids[0]}");
        Assert.Contains(":2:30:", shown, StringComparison.Ordinal);
        Assert.Contains("422", shown, StringComparison.Ordinal);

        server.Answer = _ => (204, null);
        Assert.Contains("1 sent again", await QueueAsync("queue", "retry", site.Folder.Path, $"{ids[0]}"), StringComparison.Ordinal);
        await Until.MustHoldAsync(() => arrivals.Has(30), TimeSpan.FromSeconds(60), "number 30");
        Assert.Contains("1 deleted", await QueueAsync("queue", "delete", site.Folder.Path, "--all"), StringComparison.Ordinal);
        Assert.Matches(@"web +Running +0 +.*\b0\b", await QueueAsync("queue", site.Folder.Path));
        Assert.False(arrivals.Has(40));

        var (exit, refusal) = await PlantProcess.RunAsync("queue", "show", site.Folder.Path, $"{ids[0]}");
        Assert.Equal(1, exit);
        Assert.Contains($"no dead letter {ids[0]}", refusal, StringComparison.Ordinal);
        (exit, refusal) = await PlantProcess.RunAsync("queue", "retry", site.Folder.Path, "--all", "--sink", "wed");
        Assert.Equal(1, exit);
        Assert.Contains("no sink \"wed\" has a queue: did you mean \"web\"?", refusal, StringComparison.Ordinal);
        await site.StopAsync();

        // Without a host an earlier export stays as it is.
        (exit, refusal) = await PlantProcess.RunAsync("queue", "export", site.Folder.Path, "--to", site.Folder.At("letters.jsonl"));
        Assert.Equal(1, exit);
        Assert.Contains("no host runs this site", refusal, StringComparison.Ordinal);
        Assert.Equal(2, site.Folder.Lines("letters.jsonl").Length);
    }

    [SkippableFact]
    public async Task The_records_of_a_renamed_sink_move_to_the_new_one_and_those_of_a_removed_one_are_dropped()
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = Site(server);
        site.Ledger.Limit = 30;
        site.Start();
        await ProducedAsync("web", 30);
        Assert.Contains("\"web\" is a sink of the site and delivers its records itself", await RefusedAsync("move", "web", "net"),
            StringComparison.Ordinal);

        // The sink gets another name while the host runs; the server still does not answer.
        site.Folder.Replace("recipes/all.csx", "Sinks.web", "Sinks.net");
        site.Folder.Replace("site.toml", "[sinks.web]", "[sinks.net]");
        await site.Host.WhenAsync("SITE state=Changed");
        site.Ledger.Limit = 50;
        await ProducedAsync("net", 20);
        var (_, doctor) = await PlantProcess.RunAsync("doctor", site.Folder.Path, "net");
        Assert.Matches(@"net \(http, .*\)\n  (FAIL|ok  ) +host +\w+.*; \d+ wait\n(.*\n)*  FAIL +port", doctor);
        Assert.Matches(@"web +NotInSite +30 .*plant queue move", await QueueAsync("queue", site.Folder.Path));
        Assert.Contains("the site has no sink \"nets\": did you mean \"net\"?", await RefusedAsync("move", "web", "nets"),
            StringComparison.Ordinal);
        Assert.StartsWith("30 moved from web to net", await QueueAsync("queue", "move", site.Folder.Path, "web", "net"),
            StringComparison.Ordinal);
        Assert.StartsWith("0 moved from web to net", await QueueAsync("queue", "move", site.Folder.Path, "web", "net"),
            StringComparison.Ordinal);
        var list = await QueueAsync("queue", site.Folder.Path);
        Assert.Matches(@"recipes/all\.csx > web +0 +0 +0 +0 +0 +0 +0 +-30", list);
        Assert.Matches(@"recipes/all\.csx > net +50 +0 +50 +0 +0 +0 +0 +30", list);
        Assert.Contains("web is forgotten: 0 dropped", await QueueAsync("queue", "forget", site.Folder.Path, "web"),
            StringComparison.Ordinal);
        Assert.DoesNotContain("NotInSite", await QueueAsync("queue", site.Folder.Path), StringComparison.Ordinal);
        await server.StartAsync();
        await Until.MustHoldAsync(() => arrivals.Distinct == 50, TimeSpan.FromSeconds(120), "50 stored");
        await site.StopAsync();
        Assert.Contains("no host runs this site: start it with plant run", await RefusedAsync("move", "web", "net"),
            StringComparison.Ordinal);

        async Task ProducedAsync(string sink, long records) => Assert.NotNull(await Until.HoldsAsync(
            async () => (await site.RoutesAsync()).Any(r => r.Sink == sink && r.Produced == records), TimeSpan.FromSeconds(120)));

        async Task<string> RefusedAsync(string command, params string[] names)
        {
            var (exit, output) = await PlantProcess.RunAsync(["queue", command, site.Folder.Path, .. names]);
            Assert.Equal(1, exit);
            return output;
        }
    }

    [SkippableFact]
    public async Task A_second_host_of_a_site_is_refused_and_the_first_runs_on()
    {
        var arrivals = new Arrivals();
        await using var server = new RecordServer(arrivals);
        await using var site = Site(server);
        await server.StartAsync();
        site.Ledger.Limit = 10;
        site.Start();
        await Until.MustHoldAsync(() => arrivals.Distinct == 10, TimeSpan.FromSeconds(120), "10 stored");
        var (exit, refusal) = await PlantProcess.RunAsync("run", site.Folder.Path);
        Assert.Equal(1, exit);
        Assert.Contains("belongs to another plant run of this site", refusal, StringComparison.Ordinal);
        site.Ledger.Limit = 20;
        await Until.MustHoldAsync(() => arrivals.Distinct == 20, TimeSpan.FromSeconds(60), "20 stored");
        Assert.Contains("web", await QueueAsync("queue", site.Folder.Path), StringComparison.Ordinal);
        await site.StopAsync();
    }

    private static NumberedSite Site(RecordServer server) => new($"""
        [sinks.web]
        sink = "http"
        url  = "{server.Url}"
        """);

    private static async Task<string> QueueAsync(params string[] arguments)
    {
        var (exit, output) = await PlantProcess.RunAsync(arguments);
        Assert.True(exit == 0, output);
        return output;
    }
}
