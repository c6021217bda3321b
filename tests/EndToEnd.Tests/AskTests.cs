using System.Text.Json;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>A running host that asks a service over HTTP, and is killed between answers and commits.</summary>
[Trait("Needs", "Process")]
public sealed class AskTests
{
    private const string Recipe = """
        Plant.line.Scans.Where(scan => true).Payload(scan => new { id = scan.Time.Ticks }).Ask(Sinks.service)
            .Payload(answer => new { id = answer.Request.GetProperty("id"), echo = answer.Json.GetProperty("id") }).To(Sinks.lines);
        """;

    [SkippableFact]
    public async Task No_question_loses_its_answer_when_the_host_is_killed()
    {
        await using var server = new ScriptedHttpServer { Decide = request => ScriptedReply.From(200, request.Text) };
        using var site = NewSite(server.Url);
        site.Write("recipes/ask.csx", Recipe);
        const int Kills = 5;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var plant = PlantProcess.Start("run", site.Path);
            await UntilAsync(() => Ids(server).Distinct().Count() >= kill * 40, plant);
            await plant.SignalAsync("KILL");
            await plant.WhenExitedAsync();
        }

        // No more questions: what is open is asked again, under the same name.
        site.Write("recipes/ask.csx", Recipe.Replace("true", "false", StringComparison.Ordinal));
        await using var last = PlantProcess.Start("run", site.Path);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!await IsDrainedAsync(site)) await Task.Delay(100, patience.Token);
        await last.SignalAsync("TERM");
        Assert.Equal(0, await last.WhenExitedAsync());
        Assert.Matches(@"END sink=service produced=(\d+) delivered=\1 waiting=0 deadlettered=0 lost=0", last.Output);
        Assert.Equal(Ids(server).Distinct().Order(), Answered(site).Distinct().Order());

        // A request that is sent again has the same key, and the first answers are in the order of the questions.
        Assert.All(server.Received.GroupBy(r => r.Text), same => Assert.Single(same.Select(r => r["Idempotency-Key"]).Distinct()));
        var first = Answered(site).Distinct().ToList();
        Assert.Equal(first.Order(), first);
        Assert.InRange(server.Received.Count - first.Count, 0, Kills * 4);
    }

    [Trait("Needs", "Server")]
    [SkippableFact]
    public async Task A_prediction_service_on_another_http_server_answers_and_its_failures_are_asked_again()
    {
        const string Python = "/usr/bin/python3";
        Skip.IfNot(File.Exists(Python), "python3 is not installed");
        await using var service = await PeerProcess.StartAsync(Python, "prediction_service.py", """{"fail":[1,3,4]}""");
        var url = $"http://127.0.0.1:{service.Port}";
        using var site = NewSite($"{url}/predecir-bomba");
        site.Write("recipes/ask.csx", """
            Plant.line.Scans.Every(200.Milliseconds)
                .Payload(scan => new { tiempo_sensor = scan.Time, valores = new { corriente_motor = scan["bottles"] } }).Ask(Sinks.service)
                .Payload(answer => new { tiempo = answer.Time, nivel = answer.Json.GetProperty("nivel") }).To(Sinks.lines);
            """);
        await using var plant = PlantProcess.Start("run", site.Path);
        await UntilAsync(() => site.Lines("data/lines.jsonl").Length >= 10, plant);
        await plant.SignalAsync("TERM");
        Assert.Equal(0, await plant.WhenExitedAsync());

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var asked = JsonSerializer.Deserialize<string[][]>(await client.GetStringAsync($"{url}/asked"))!;
        Assert.Equal(asked.Length - 3, asked.Select(a => a[2]).Distinct().Count());
        Assert.All(asked.GroupBy(a => a[1]), same => Assert.Single(same.Select(a => a[2]).Distinct()));
    }

    [Fact]
    public async Task Asking_a_sink_that_gives_no_answers_is_an_error_of_check()
    {
        using var site = NewSite("http://127.0.0.1:1");
        site.Write("recipes/ask.csx", Recipe.Replace("Sinks.service", "Sinks.lines", StringComparison.Ordinal));
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"recipes/ask\.csx\(1,\d+\): error: lines gives no answers, as no sink jsonl does: send with To, or ask", output);
        site.Write("recipes/ask.csx", Recipe.Replace("answer.Request", "answer.Reqest", StringComparison.Ordinal));
        (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Assert.Equal(1, exit);
        Assert.Matches(@"recipes/ask\.csx\(2,42\): error CS1061: .*Reqest", output);
    }

    private static SiteFolder NewSite(string url) => new($"""
        [site]
        name = "test"
        [devices.line]
        driver = "simulator"
        poll   = "20ms"
          [devices.line.tags]
          bottles = "counter every=100ms"
        [sinks.service]
        sink = "http"
        url  = "{url}"
        in_flight = 4
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """);

    /// <summary>True when nothing waits for a sink; a question of the recipe has a route of its own.</summary>
    private static async Task<bool> IsDrainedAsync(SiteFolder site)
    {
        var (exit, output) = await PlantProcess.RunAsync("queue", site.Path, "--json");
        if (exit != 0) return false;
        var sinks = JsonDocument.Parse(output).RootElement.GetProperty("sinks").EnumerateArray();
        var routes = sinks.SelectMany(s => s.GetProperty("routes").EnumerateArray()).ToList();
        return routes.Exists(r => r.GetProperty("recipe").GetString() == "recipes/ask.csx#service")
            && routes.TrueForAll(r => r.GetProperty("waiting").GetInt64() == 0);
    }

    private static IEnumerable<long> Ids(ScriptedHttpServer server) =>
        server.Received.Select(r => JsonDocument.Parse(r.Text).RootElement.GetProperty("id").GetInt64());

    private static IEnumerable<long> Answered(SiteFolder site) => site.Lines("data/lines.jsonl").Where(l => l.EndsWith('}')).Select(line =>
    {
        var record = JsonDocument.Parse(line).RootElement;
        Assert.Equal(record.GetProperty("id").GetInt64(), record.GetProperty("echo").GetInt64());
        return record.GetProperty("id").GetInt64();
    });

    private static async Task UntilAsync(Func<bool> wanted, PlantProcess plant)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        while (!wanted())
        {
            if (patience.IsCancellationRequested || plant.HasExited) Assert.Fail(plant.Output);
            await Task.Delay(20);
        }
    }
}
