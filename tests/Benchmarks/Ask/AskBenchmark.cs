using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using Npgsql;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.Benchmarks.Ask;

/// <summary>
/// Runs `plant run` with a group of 20 notifications that is asked over HTTP with the durable queue, and measures the time from the NOTIFY
/// of the last member, before it is sent to the server, until the request was received. In the second case the service takes its time, so
/// that groups come while an earlier answer is outstanding and several questions may be asked at a time.
/// </summary>
internal static class AskBenchmark
{
    private const int Members = 20;
    private const int WarmUp = 200;
    private const int Groups = 1000;
    private const long FirstTime = 1_735_725_600;

    private static readonly TimeSpan s_goal = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan s_between = TimeSpan.FromMilliseconds(25);
    private static readonly string s_plant = typeof(AskBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "PlantFolder").Value!;

    public static async Task RunAsync()
    {
        if (PostgresServer.Programs is null)
        {
            Console.WriteLine("ask: skipped: install Debian's package postgresql");
            return;
        }

        await using var server = await PostgresServer.StartNewAsync("fsync = off");
        var arrivals = new ConcurrentDictionary<long, long>();
        await using var service = new ScriptedHttpServer
        {
            Decide = request =>
            {
                arrivals.TryAdd(JsonDocument.Parse(request.Text).RootElement.GetProperty("at").GetInt64(), Stopwatch.GetTimestamp());
                return ScriptedReply.From(200, """{"nivel":"normal"}""");
            },
        };
        using var site = new TemporaryFolder();
        Directory.CreateDirectory(site.Of("recipes"));
        await File.WriteAllTextAsync(site.Of("site.toml"), SiteToml(server.Port, service.Url));
        await File.WriteAllTextAsync(site.Of("recipes/ask.csx"), $$"""
            Plant.pump.Scans.GroupByTime(expect: {{Members}}, within: 30.Seconds)
                .Payload(group => new { at = group.Time.Ticks, values = group.Values }).Ask(Sinks.service)
                .Payload(answer => new { at = answer.Request.GetProperty("at"), nivel = answer.Json.GetProperty("nivel") }).To(Sinks.lines);
            """);
        using var plant = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(s_plant, "plant.dll"), "run", site.Path, "--plain"])
            { RedirectStandardOutput = true, Environment = { ["BENCH_PASSWORD"] = PostgresServer.Password } })!;
        try
        {
            var log = DrainAsync(plant.StandardOutput);
            await MeasureAsync(server.Port, arrivals);
            plant.Kill(entireProcessTree: true);
            await log;
        }
        finally
        {
            if (!plant.HasExited) plant.Kill(entireProcessTree: true);
            await plant.WaitForExitAsync();
        }
    }

    private static async Task MeasureAsync(int port, ConcurrentDictionary<long, long> arrivals)
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port};Database=postgres;Username=plant;Password={PostgresServer.Password};Pooling=false");
        await connection.OpenAsync();
        var sent = new Dictionary<long, long>();

        // The host listens when the first group arrives.
        while (arrivals.IsEmpty) await NotifyAsync(FirstTime + sent.Count);
        for (var group = 0; group < WarmUp + Groups; group++) await NotifyAsync(FirstTime + sent.Count);
        var limit = Stopwatch.GetTimestamp();
        var expected = sent.Keys.TakeLast(Groups).ToList();
        while (!expected.TrueForAll(arrivals.ContainsKey))
        {
            if (Stopwatch.GetElapsedTime(limit) > TimeSpan.FromSeconds(60)) throw new InvalidOperationException("groups did not arrive");
            await Task.Delay(100);
        }

        var times = expected.ConvertAll(at => Stopwatch.GetElapsedTime(sent[at], arrivals[at])).Order().ToList();
        var p99 = times[Groups * 99 / 100];
        Measure.Print("ask: last of 20 members to request, p99",
            $"{p99.TotalMilliseconds:0.0} ms (p50 {times[Groups / 2].TotalMilliseconds:0.0}, max {times[^1].TotalMilliseconds:0.0})",
            p99 < s_goal, $"< {s_goal.TotalMilliseconds} ms");

        async Task NotifyAsync(long second)
        {
            await ExecuteAsync($"SELECT pg_notify('c' || i, '{{\"v\":' || i || ',\"t\":{second}}}') "
                + $"FROM generate_series(1, {Members - 1}) i");
            var ticks = DateTime.UnixEpoch.AddSeconds(second).Ticks;
            sent[ticks] = Stopwatch.GetTimestamp();
            await ExecuteAsync($"SELECT pg_notify('c{Members}', '{{\"v\":{Members},\"t\":{second}}}')");
            await Task.Delay(s_between);
        }

        async Task ExecuteAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    private static string SiteToml(int port, string url) => $"""
        [site]
        name = "bench"
        [devices.pump]
        driver   = "postgres"
        host     = "127.0.0.1"
        port     = {port}
        database = "postgres"
        user     = "plant"
        password = {"{"} env = "BENCH_PASSWORD" {"}"}
        time     = "t"
          [devices.pump.tags]
        {string.Join('\n', Enumerable.Range(1, Members).Select(i => $"  v{i} = \"c{i} : v\""))}
        [sinks.service]
        sink = "http"
        url  = "{url}"
        mode = "single"
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    private static async Task DrainAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (line.Contains(" WARN ", StringComparison.Ordinal)) Console.WriteLine(line);
        }
    }
}
