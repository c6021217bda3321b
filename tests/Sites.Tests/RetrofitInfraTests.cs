using System.Text.Json;
using System.Text.RegularExpressions;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Sites.Tests.Testing;

namespace PlantRuntime.Sites.Tests;

/// <summary>
/// The server's side of sites/retrofit, as far as it can be checked without Telegraf, InfluxDB and Grafana: the files parse, fit together
/// and use the names of the message and of the metrics; Flux, PromQL and rules are checked by the tools of their makers.
/// </summary>
[Trait("Needs", "Server")]
public class RetrofitInfraTests
{
    private const string Grafana = "infra/grafana";

    // The names of the old agent, which dashboards and alerts depend on.
    private static readonly string[] s_metrics =
    [
        "edge_backlog_size", "edge_up", "plc_last_value", "plc_publish_fail_total", "plc_publish_ok_total", "plc_read_fail_total",
        "plc_read_latency_ms", "plc_read_ok_total",
    ];

    [SkippableFact]
    public async Task Telegraf_takes_measurement_and_tags_from_the_payload_and_the_rest_from_the_topic()
    {
        var config = await ParseAsync("infra/telegraf/telegraf.conf");
        var input = Single(config.GetProperty("inputs").GetProperty("mqtt_consumer"));
        Assert.Equal(["plc/#"], Texts(input.GetProperty("topics")));
        Assert.Equal(("telegraf", "json_v2"), (Text(input, "username"), Text(input, "data_format")));
        Assert.Equal(1, input.GetProperty("qos").GetInt32());
        var parser = Single(input.GetProperty("json_v2"));
        Assert.Equal(("s7_db1", "ts", "unix"),
            (Text(parser, "measurement_name"), Text(parser, "timestamp_path"), Text(parser, "timestamp_format")));
        Assert.Equal(["ip", "db", "tenant_id", "plc_id"], parser.GetProperty("tag").EnumerateArray().Select(t => Text(t, "path")));
        Assert.All(parser.GetProperty("tag").EnumerateArray().Concat(parser.GetProperty("field").EnumerateArray()),
            part => Assert.True(part.GetProperty("optional").GetBoolean()));
        Assert.Equal(["plc/+/+ _/topic_tenant_id/topic_plc_id", "plc/+ _/topic_plc_id"],
            input.GetProperty("topic_parsing").EnumerateArray().Select(t => $"{Text(t, "topic")} {Text(t, "tags")}"));
        Assert.Equal("processo_raw", Text(Single(config.GetProperty("outputs").GetProperty("influxdb_v2")), "bucket"));
    }

    /// <summary>Runs the processor's script, which is in the part of Starlark that is Python too.</summary>
    [SkippableTheory]
    [InlineData("""{"tenant_id":"A","plc_id":"p","topic_tenant_id":"B","topic_plc_id":"q"}""", """{"tenant_id": "A", "plc_id": "p"}""")]
    [InlineData("""{"plc_id":"p","topic_tenant_id":"B","topic_plc_id":"q"}""", """{"plc_id": "p", "tenant_id": "B"}""")]
    [InlineData("""{"tenant_id":"","topic_tenant_id":"B","topic_plc_id":"q"}""", """{"tenant_id": "B", "plc_id": "q"}""")]
    [InlineData("""{"ip":"i","plc_id":"db1","topic_plc_id":"db1"}""", """{"ip": "i", "plc_id": "db1"}""")]
    public async Task Tenant_and_plc_are_those_of_the_payload_or_else_of_the_topic(string tags, string expected)
    {
        const string Run = """
            import json, sys, types
            scope = {}
            exec(sys.argv[1], scope)
            print(json.dumps(scope["apply"](types.SimpleNamespace(tags=json.loads(sys.argv[2]))).tags))
            """;
        var config = await ParseAsync("infra/telegraf/telegraf.conf");
        var source = Text(Single(config.GetProperty("processors").GetProperty("starlark")), "source");
        Assert.Equal(expected, (await Tool.RunAsync("python3", "-c", Run, source, tags)).Trim());
    }

    [SkippableFact]
    public async Task Flux_of_the_task_the_dashboards_and_the_alert_passes_the_type_checker_of_its_makers()
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "@influxdata")), "run npm ci in tests/peers");
        using var folder = new TemporaryFolder();
        var alert = await ParseAsync($"{Grafana}/provisioning/alerting/press.yaml");
        var rule = Single(Single(alert.GetProperty("groups")).GetProperty("rules"));
        var scripts = FluxQueries().Append(Text(rule.GetProperty("data")[0].GetProperty("model"), "query")).ToList();
        Assert.Equal(13, scripts.Count);
        scripts.Add(Read("infra/influxdb/processo_1m.flux"));
        var files = scripts.Select((script, i) => folder.Of($"{i}.flux")).ToArray();
        for (var i = 0; i < files.Length; i++) File.WriteAllText(files[i], WithDashboardValues(scripts[i]));
        var wrong = folder.Of("wrong.flux");
        await File.WriteAllTextAsync(wrong, scripts[^1].Replace("fn: mean", "fn: meen", StringComparison.Ordinal));

        var check = Path.Combine(PeerProcess.Folder, "flux_check.js");
        Assert.Equal((0, ""), await Tool.TryAsync("node", [check, .. files]));
        Assert.Equal((1, "wrong.flux\n"), await Tool.TryAsync("node", [check, .. files, wrong]));
    }

    [SkippableFact]
    public async Task The_two_buckets_and_the_task_are_made_with_names_and_ages_that_telegraf_and_the_dashboards_use()
    {
        var compose = await ParseAsync("infra/compose.yml");
        var services = compose.GetProperty("services");
        var influx = services.GetProperty("influxdb").GetProperty("environment");
        Assert.Equal(("processo", "30d"), (Text(influx, "DOCKER_INFLUXDB_INIT_BUCKET"), Text(influx, "DOCKER_INFLUXDB_INIT_RETENTION")));
        foreach (var volume in services.EnumerateObject().SelectMany(s => Texts(s.Value.GetProperty("volumes"))).Where(v => v[0] == '.'))
        {
            var source = volume.Split(':')[0];
            var isMadeLater = source.StartsWith("./secrets/", StringComparison.Ordinal);
            Assert.True(isMadeLater || Path.Exists(Path.Combine(SiteFolder.Committed("retrofit"), "infra", source)), volume);
        }

        Assert.Contains("./influxdb/processo_1m.flux:/etc/retrofit/processo_1m.flux:ro", Texts(services.GetProperty("influxdb").GetProperty("volumes")));

        // The script runs with a stand-in for the program influx that prints its arguments.
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("influx"), "#!/bin/sh\necho \"$@\"\n");
        await Tool.RunAsync("chmod", "+x", folder.Of("influx"));
        var calls = await Tool.LinesAsync("env", $"PATH={folder.Path}:/usr/bin:/bin", "DOCKER_INFLUXDB_INIT_ORG=retrofit",
            "sh", Path.Combine(SiteFolder.Committed("retrofit"), "infra/influxdb/create-raw.sh"));
        Assert.Equal(["bucket create --org retrofit --name processo_raw --retention 7d",
            "task create --org retrofit --file /etc/retrofit/processo_1m.flux"], calls);

        var flux = Read("infra/influxdb/processo_1m.flux");
        Assert.Contains("every: 1m", flux, StringComparison.Ordinal);
        Assert.Equal(["processo_raw"], Found(flux, @"from\(bucket: ""(\w+)""\)").Distinct());
        Assert.Equal(["processo"], Found(flux, @"to\(bucket: ""(\w+)""\)").Distinct());
        var fields = Found(Read("infra/telegraf/telegraf.conf"), @"path = ""(?:values\.)?(\w+)""\n +type = ");
        Assert.Equal(fields.Order(), Found(flux, @"r\._field == ""(\w+)""").Distinct().Order());
        var buckets = Found(string.Join('\n', FluxQueries()), @"bucket: ""([^""]+)""").Distinct().Order();
        Assert.Equal(["${bucket}", "processo_raw"], buckets);
        Assert.Equal(["s7_db1"], Found(string.Join('\n', FluxQueries()), @"_measurement == ""(\w+)""").Distinct());
    }

    [SkippableFact]
    public async Task Promtool_accepts_configuration_rules_and_the_queries_of_the_dashboards_and_the_alerts_fire_when_they_should()
    {
        Skip.If(!File.Exists("/usr/bin/promtool"), "no promtool here: install Debian's package prometheus");
        var folder = Path.Combine(SiteFolder.Committed("retrofit"), "infra", "prometheus");
        await Tool.RunAsync("promtool", "check", "config", Path.Combine(folder, "prometheus.yml"));
        await Tool.RunAsync("promtool", "check", "rules", Path.Combine(folder, "rules.yml"));
        await Tool.RunAsync("promtool", "test", "rules", Path.Combine(folder, "rules.test.yml"));

        using var copy = new TemporaryFolder();
        var rules = PromQueries().Select((query, i) => new { record = $"query:{i}", expr = query });
        await File.WriteAllTextAsync(copy.Of("queries.yml"), JsonSerializer.Serialize(new { groups = new[] { new { name = "queries", rules } } }));
        await Tool.RunAsync("promtool", "check", "rules", copy.Of("queries.yml"));
    }

    [SkippableFact]
    public async Task Alerts_and_dashboards_show_what_they_must_and_use_the_metrics_of_the_old_agent()
    {
        var rules = Single((await ParseAsync("infra/prometheus/rules.yml")).GetProperty("groups")).GetProperty("rules").EnumerateArray()
            .ToDictionary(r => Text(r, "alert"), r => Text(r, "expr"));
        Assert.Equal(["BacklogGrows", "EdgeDown", "NoNewPoints", "ReadLatencyHigh"], rules.Keys.Order());
        Assert.Contains("[20s]) == 0", rules["NoNewPoints"], StringComparison.Ordinal);
        Assert.Contains("deriv(edge_backlog_size", rules["BacklogGrows"], StringComparison.Ordinal);
        Assert.EndsWith("> 250", rules["ReadLatencyHigh"], StringComparison.Ordinal);
        Assert.Equal(s_metrics, PromQueries().Concat(rules.Values).SelectMany(q => Found(q, @"\b((?:plc|edge)_\w+)(?=\{)")).Distinct().Order());

        var panels = Panels("press").ToDictionary(p => Text(p, "title"), p => p.GetProperty("targets").GetRawText());
        foreach (var (title, name) in new[]
        {
            ("Pieces of this shift", "contador_bom"), ("Pieces a minute", "contador_bom"), ("Current of the main drive", "AI_Corrente"),
            ("Vibration of the main bearing", "AI_Vibracao"), ("Read latency", "plc_read_latency_ms"), ("Backlog", "edge_backlog_size"),
        })
        {
            Assert.Contains(name, panels[title], StringComparison.Ordinal);
        }

        var sources = new List<string>();
        foreach (var file in (string[])["influxdb", "prometheus"])
        {
            var source = Single((await ParseAsync($"{Grafana}/provisioning/datasources/{file}.yaml")).GetProperty("datasources"));
            sources.Add(Text(source, "uid"));
        }

        Assert.All(Panels("press").Concat(Panels("gateways")), p => Assert.Contains(Text(p.GetProperty("datasource"), "uid"), sources));
        Assert.Single(Single((await ParseAsync("infra/prometheus/prometheus.yml")).GetProperty("scrape_configs"))
            .GetProperty("file_sd_configs").EnumerateArray());
        Assert.EndsWith(":9108", Single(Single(await ParseAsync("infra/prometheus/gateways.yml")).GetProperty("targets")).GetString()!,
            StringComparison.Ordinal);
    }

    /// <summary>Parses TOML or YAML by Python's libraries.</summary>
    private static async Task<JsonElement> ParseAsync(string file)
    {
        const string Script = """
            import json, sys, tomllib, yaml
            text = open(sys.argv[1], encoding="utf-8").read()
            print(json.dumps(tomllib.loads(text) if sys.argv[1].endswith(".conf") else yaml.safe_load(text)))
            """;
        var (exit, _) = await Tool.TryAsync("python3", "-c", "import tomllib, yaml");
        Skip.If(exit != 0, "no Python 3.11 with yaml here: install Debian's package python3-yaml");
        var json = await Tool.RunAsync("python3", "-c", Script, Path.Combine(SiteFolder.Committed("retrofit"), file));
        return JsonSerializer.Deserialize<JsonElement>(json);
    }

    private static IEnumerable<JsonElement> Panels(string dashboard) =>
        JsonSerializer.Deserialize<JsonElement>(Read($"{Grafana}/dashboards/{dashboard}.json")).GetProperty("panels").EnumerateArray();

    private static IEnumerable<string> FluxQueries()
    {
        var press = JsonSerializer.Deserialize<JsonElement>(Read($"{Grafana}/dashboards/press.json"));
        return press.GetProperty("templating").GetProperty("list").EnumerateArray().Where(v => Text(v, "type") == "query")
            .Concat(Panels("press").SelectMany(p => p.GetProperty("targets").EnumerateArray()).Where(t => t.TryGetProperty("query", out _)))
            .Select(t => Text(t, "query"));
    }

    private static IEnumerable<string> PromQueries() => Panels("press").Concat(Panels("gateways"))
        .SelectMany(p => p.GetProperty("targets").EnumerateArray()).Where(t => t.TryGetProperty("expr", out _)).Select(t => Text(t, "expr"));

    /// <summary>Puts in what Grafana does: the values of the variables and of the time range. Imports stay at the top.</summary>
    private static string WithDashboardValues(string query)
    {
        var filled = query.Replace("${bucket}", "processo", StringComparison.Ordinal).Replace("${tenant}", "A", StringComparison.Ordinal)
            .Replace("${plc}", "p", StringComparison.Ordinal);
        return filled.Contains("v.timeRange", StringComparison.Ordinal)
            ? $"v = {{timeRangeStart: -1h, timeRangeStop: now(), windowPeriod: 10s}}\n{filled}" : filled;
    }

    private static JsonElement Single(JsonElement list) => Assert.Single(list.EnumerateArray());

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(t => t.GetString()!)];

    private static string Text(JsonElement item, string name) => item.GetProperty(name).GetString()!;

    private static IEnumerable<string> Found(string text, string pattern) => Regex.Matches(text, pattern).Select(m => m.Groups[1].Value);

    private static string Read(string file) => File.ReadAllText(Path.Combine(SiteFolder.Committed("retrofit"), file));
}
