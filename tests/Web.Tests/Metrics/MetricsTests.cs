using System.Globalization;
using System.Net;
using PlantRuntime.Web.Metrics;

namespace PlantRuntime.Web.Tests.Metrics;

/// <summary><c>/metrics</c> of a running site.</summary>
[Trait("Needs", "Process")]
public sealed class MetricsTests
{
    private const string Toml = """
        [site]
        name = "test"
        plant_id = 7
        tenant = "a \"b\" \\ c"
        [devices.line]
        driver = "simulator"
        poll = "50ms"
          [devices.line.tags]
          level = { address = "const 5", unit = "m" }
          pump  = "toggle every=1h"
          state = "text values=on|off every=1h"
        [devices.away]
        driver = "modbus"
        host = "127.0.0.1"
        port = 1
          [devices.away.tags]
          a = "40001"
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    [Fact]
    public async Task Metrics_have_the_values_of_the_host()
    {
        await using var site = await WebFixture.StartAsync(Toml);
        await site.WhenScannedAsync(3);
        var before = site.Host.Devices[0].Status.Scans;
        var metrics = await ReadAsync(site);
        var line = site.Host.Devices[0].Status;
        Assert.InRange(metrics["""plant_device_scans_total{device="line"}"""], before, line.Scans);
        Assert.Equal(1, metrics["""plant_device_up{device="line"}"""]);
        Assert.Equal(0, metrics["""plant_device_up{device="away"}"""]);
        Assert.DoesNotContain("""plant_device_last_scan_age_seconds{device="away"}""", metrics.Keys);
        Assert.Equal(1, metrics["""plant_device_tags_bad{device="away"}"""]);
        Assert.Equal(1, metrics["""plant_recipe_running{recipe="recipes/all.csx"}"""]);
        Assert.Equal(512 << 20, metrics["""plant_queue_limit_bytes{sink="lines"}"""]);
        Assert.Contains(metrics.Keys, k => k.StartsWith("""plant_info{site="test",plant_id="7",tenant="a \"b\" \\ c",version=""", StringComparison.Ordinal));
        Assert.InRange(metrics["plant_http_connections"], 1, 10);
        Assert.DoesNotContain(
            metrics.Keys, k => k.StartsWith("plant_tag_", StringComparison.Ordinal) || k.StartsWith("edge_", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_record_is_produced_and_has_one_outcome_or_waits()
    {
        await using var site = await WebFixture.StartAsync(Toml);
        await site.WhenScannedAsync(5);
        var metrics = await ReadAsync(site);

        const string Route = "recipe=\"recipes/all.csx\",sink=\"lines\"";
        string[] outcomes = ["delivered", "expired", "dead_lettered", "dropped", "damaged"];
        var sum = outcomes.Sum(o => metrics[$$"""plant_records_total{{{Route}},outcome="{{o}}"}"""])
            + metrics[$$"""plant_records_waiting{{{Route}}}"""];
        var produced = metrics[$$"""plant_records_produced_total{{{Route}}}"""];
        Assert.True(produced > 0);

        // Counters are read one after the other while records are delivered.
        Assert.InRange(sum, produced, produced + (site.Host.Sinks[0].Counts.Produced - produced));
    }

    [Fact]
    public async Task Tags_are_metrics_only_when_site_toml_names_them()
    {
        await using var site = await WebFixture.StartAsync(Toml + """

            [web]
            listen = "127.0.0.1:0"
            metrics_tags = ["line.*"]
            """);
        var metrics = await ReadAsync(site);
        Assert.Equal(5, metrics["""plant_tag_value{device="line",tag="level"}"""]);
        Assert.InRange(metrics["""plant_tag_value{device="line",tag="pump"}"""], 0, 1);
        Assert.DoesNotContain("""plant_tag_value{device="line",tag="state"}""", metrics.Keys);
        Assert.Equal(1, metrics["""plant_tag_good{device="line",tag="state"}"""]);
        Assert.DoesNotContain(
            metrics.Keys, k => k.StartsWith("plant_tag_", StringComparison.Ordinal) && k.Contains("away", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Edge_agent_has_exactly_the_names_and_labels_of_the_agent()
    {
        await using var site = await WebFixture.StartAsync(Toml + """

            [web]
            listen = "127.0.0.1:0"
            compat = "edge-agent"
            """);
        await site.WhenScannedAsync(3);
        var metrics = await ReadAsync(site);
        var names = metrics.Keys.Where(
            k => k.StartsWith("plc_", StringComparison.Ordinal) || k.StartsWith("edge_", StringComparison.Ordinal));
        Assert.Equal(
            [
                "edge_backlog_size", "edge_up", """plc_last_value{name="level"}""", """plc_last_value{name="pump"}""",
                """plc_publish_fail_total{mode="jsonl"}""", """plc_publish_ok_total{mode="jsonl"}""", "plc_read_fail_total",
                "plc_read_latency_ms", "plc_read_ok_total",
            ], names.Order(StringComparer.Ordinal));
        Assert.Equal(1, metrics["edge_up"]);
        Assert.Equal(5, metrics["""plc_last_value{name="level"}"""]);
        Assert.True(metrics["plc_read_ok_total"] >= 3);
    }

    [Fact]
    public async Task A_failed_attempt_of_a_sink_is_counted()
    {
        await using var site = await WebFixture.StartAsync(Toml + """

            [sinks.nowhere]
            sink = "http"
            url = "http://127.0.0.1:1/"
            """, "Plant.line.Scans.To(Sinks.nowhere);");
        await site.Log.WhenAsync("RETRY sink=nowhere");
        Assert.True((await ReadAsync(site))["""plant_sink_failures_total{sink="nowhere"}"""] >= 1);
    }

    [Fact]
    public async Task Each_series_belongs_to_a_documented_metric()
    {
        await using var site = await WebFixture.StartAsync(Toml);
        using var response = await site.Local.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var types = (await response.Content.ReadAsStringAsync()).Split('\n').Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal))
            .Select(l => l.Split(' ')[2]).ToList();
        Assert.InRange(types.Count, 40, 200);
        Assert.Empty(types.Except(SiteMetrics.Groups.SelectMany(g => g.Metrics).Select(m => m.Name)));
    }

    [Fact]
    public async Task Metrics_need_a_user()
    {
        await using var site = await WebFixture.StartAsync(Toml + """

            [web]
            listen = "127.0.0.1:0"
            """);
        using var response = await site.Client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<Dictionary<string, double>> ReadAsync(WebFixture site) =>
        (await site.Local.GetStringAsync("/metrics")).Split('\n').Where(l => l.Length > 0 && l[0] != '#')
            .ToDictionary(l => l[..l.LastIndexOf(' ')], l => double.Parse(l.AsSpan(l.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture));
}
