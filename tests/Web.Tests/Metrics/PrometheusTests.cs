using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Web.Tests.Metrics;

/// <summary>Debian's Prometheus: promtool judges metrics and rules, and a server scrapes a running site.</summary>
[Trait("Needs", "Server")]
public sealed class PrometheusTests
{
    private static readonly string s_monitoring = Path.Combine(RepoFolder.Root, "docs", "monitoring");

    [SkippableFact]
    public async Task Promtool_accepts_the_metrics()
    {
        Mosquitto.SkipIfMissing("promtool");
        await using var site = await WebFixture.StartAsync(Toml);
        await site.WhenScannedAsync(2);
        var (exitCode, output) = await RunAsync(await site.Local.GetStringAsync("/metrics"), "check", "metrics");
        Assert.True(exitCode == 0 && output.Length == 0, output);
    }

    [SkippableFact]
    public async Task Promtool_accepts_the_rules_and_their_tests_pass()
    {
        Mosquitto.SkipIfMissing("promtool");
        var (exitCode, output) = await RunAsync("", "check", "rules", Path.Combine(s_monitoring, "plant.rules.yml"));
        Assert.True(exitCode == 0, output);
        (exitCode, output) = await RunAsync("", "test", "rules", Path.Combine(s_monitoring, "plant.rules.test.yml"));
        Assert.True(exitCode == 0, output);
    }

    [SkippableFact]
    public async Task Prometheus_scrapes_a_site_and_evaluates_rules_and_dashboard()
    {
        Mosquitto.SkipIfMissing("prometheus");
        await using var site = await WebFixture.StartAsync(Toml);
        using var anonymous = await site.Client.GetAsync("/metrics");
        Skip.If(anonymous.StatusCode == HttpStatusCode.Unauthorized, "this host has no anonymous viewer");
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("prometheus.yml"), $$"""
            global: { scrape_interval: 4s, evaluation_interval: 1s }
            scrape_configs: [ { job_name: plant, static_configs: [ { targets: ["{{site.Client.BaseAddress!.Authority}}"] } ] } ]
            rule_files: ["{{s_monitoring}}/plant.rules.yml"]
            """);
        var port = FreePort();
        using var prometheus = Process.Start(new ProcessStartInfo("prometheus",
            [
                $"--config.file={folder.Of("prometheus.yml")}", $"--storage.tsdb.path={folder.Of("data")}",
                $"--web.listen-address=127.0.0.1:{port}", "--log.level=error",
            ]))!;
        try
        {
            using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            // A scrape may take as long as the interval, on a busy machine too.
            await WhenAsync(async () => Value(await QueryAsync(client, "count_over_time(up[1h])")) >= 3, "three scrapes");
            Assert.Equal(1, Value(await QueryAsync(client, "min_over_time(up[1h])")));
            Assert.Equal(1, Value(await QueryAsync(client, "plant_device_up")));
            await WhenAsync(async () => Value(await QueryAsync(client, "rate(plant_device_scans_total[1m])")) > 0, "a rate of scans");
            foreach (var query in MetricsDocsTests.DashboardQueries())
            {
                var text = query.Replace("$instance", ".*", StringComparison.Ordinal)
                    .Replace("$__rate_interval", "1m", StringComparison.Ordinal);
                Assert.Equal("success", (string?)(await QueryAsync(client, text))["status"]);
            }

            await WhenAsync(async () => (await RulesAsync(client)).All(r => (string?)r!["health"] == "ok"), "an evaluation of each rule");
            Assert.InRange((await RulesAsync(client)).Count, 10, 50);

            // A busy machine may have a full disk, and be late for scans.
            var alerts = (await client.GetFromJsonAsync<JsonNode>("/api/v1/alerts"))!["data"]!["alerts"]!.AsArray();
            var names = alerts.Select(alert => (string?)alert!["labels"]!["alertname"]);
            Assert.Empty(names.Except(["PlantDiskFull", "PlantScansSkipped", "PlantDeviceSlow"]));
        }
        finally
        {
            prometheus.Kill();
            await prometheus.WaitForExitAsync();
        }
    }

    private const string Toml = """
        [site]
        name = "test"
        [web]
        listen = "127.0.0.1:0"
        anonymous = "viewer"
        metrics_tags = ["line.*"]
        [devices.line]
        driver = "simulator"
        poll = "50ms"
          [devices.line.tags]
          level = { address = "const 5", unit = "m" }
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    private static async Task<JsonNode> QueryAsync(HttpClient client, string query)
    {
        using var response = await client.GetAsync($"/api/v1/query?query={Uri.EscapeDataString(query)}");

        // 503 while it starts, 400 for a query with a mistake.
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task<JsonArray> RulesAsync(HttpClient client) =>
        (await client.GetFromJsonAsync<JsonNode>("/api/v1/rules"))!["data"]!["groups"]![0]!["rules"]!.AsArray();

    private static double Value(JsonNode answer) =>
        answer["data"]!["result"]!.AsArray() is [{ } first, ..] ? double.Parse((string)first["value"]![1]!) : 0;

    private static async Task WhenAsync(Func<Task<bool>> holds, string what)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (true)
        {
            try
            {
                if (await holds()) return;
            }
            catch (HttpRequestException)
            {
                // It is not ready yet.
            }

            Assert.False(patience.IsCancellationRequested, $"{what} did not come");
            await Task.Delay(100);
        }
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(string input, params string[] arguments)
    {
        using var promtool = Process.Start(new ProcessStartInfo("promtool", arguments)
            { RedirectStandardInput = true, RedirectStandardError = true, RedirectStandardOutput = true })!;
        var (output, errors) = (promtool.StandardOutput.ReadToEndAsync(), promtool.StandardError.ReadToEndAsync());
        await promtool.StandardInput.WriteAsync(input);
        promtool.StandardInput.Close();
        await promtool.WaitForExitAsync();
        return (promtool.ExitCode, await errors + (arguments[1] == "metrics" ? await output : ""));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
