using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Peers;
using PlantRuntime.Tools.Client;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Guesses, traversals, long and slow requests and many streams against the address of <c>[web]</c>.</summary>
internal sealed class WebAttack() : FaultScenario(
    "19", "10,000 password guesses, traversals, 1 GB body, slow headers, 1,000 open streams",
    "≤ 10 checks per 5 min and account; 0 files; 413/431; no route open; scans keep rhythm; the socket answers")
{
    private const string Password = "correct horse battery";
    private const string Head = "Host: localhost\r\nContent-Type: application/json\r\n";
    private static readonly string[] s_names = ["eva", "anna", "admin", "root"];
    private static readonly string[] s_routes =
    [
        "/api/status", "/api/tags", "/api/last", "/api/queue", "/api/queue/letters", "/api/site", "/api/devices/line",
        "/api/devices/line/browse", "/api/events", "/api/stream", "/metrics",
    ];

    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "loopback addresses and proc(5) of Linux");
        using var site = NewSite(out var token);
        await using var host = PlantProcess.Start("run", site.Path);
        await host.WhenAsync("OK plant=1 device=line");
        await host.WhenAsync("WEB address=127");
        var port = int.Parse(site.Lines("logs/plant.log").First(l => l.Contains("WEB address=", StringComparison.Ordinal)).Split(':')[^1],
            CultureInfo.InvariantCulture);
        var session = await LogInAsync(port, 249, "eva", Password);
        run.Expect(session.StartsWith("HTTP/1.1 200", StringComparison.Ordinal), "eva logs in before");
        var cookie = session.Split("Set-Cookie: ")[^1].Split(';')[0];
        ProcessFigures.ForgetPeak(host.Id);
        var (clock, scans, memory) = (Stopwatch.StartNew(), await ScansAsync(site), ProcessFigures.Megabytes(host.Id, "VmRSS"));

        await GuessAsync(run, port);
        var open = await RawHttp.RequestAsync(port, 248, $"GET /api/session HTTP/1.1\r\nHost: localhost\r\nCookie: {cookie}\r\n\r\n");
        run.Expect(open.Contains("\"user\":\"eva\"", StringComparison.Ordinal), "the session of the locked account goes on");
        await TraverseAsync(run, port);
        await SendLongAsync(run, port);
        await SendSlowlyAsync(run, port);
        await OpenStreamsAsync(run, port, token, site);

        var elapsed = clock.Elapsed.TotalSeconds;
        var expected = elapsed / 0.1;
        var share = (await ScansAsync(site) - scans) / expected;
        run.ExpectTime(share >= 0.97, string.Create(CultureInfo.InvariantCulture, $"{share:P1} of the scans in {elapsed:0} s"));
        var grown = ProcessFigures.Megabytes(host.Id, "VmHWM") - memory;
        run.Expect(grown <= 100, string.Create(CultureInfo.InvariantCulture, $"memory {grown:+0;-0;0} MB"));
        run.Expect(host.Count(" BUG ") == 0, "no error of the host");
        await HostEnd.TermAsync(run, host, "end");
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(host.Output);
    }

    private static SiteFolder NewSite(out string token)
    {
        var site = new SiteFolder("""
            [site]
            name = "test"

            [web]
            listen = "127.0.0.1:0"

            [devices.line]
            driver = "simulator"
            poll   = "100ms"
              [devices.line.tags]
              bottles = "counter every=100ms"
            """);
        var (hash, secret) = (PasswordHash.Create(Password), Account.CreateToken());
        new AccountFile(site.Path).Change(_ =>
        [
            new Account { Name = "eva", Role = "engineer", Password = hash },
            new Account { Name = "anna", Role = "viewer", Password = hash },
            new Account { Name = "robot", Role = "engineer", Token = Account.HashOf(secret) },
        ]);
        token = secret;
        return site;
    }

    /// <summary>
    /// Guesses passwords of users and of names that nobody has, each client at most 30 times; the right password is among the guesses.
    /// </summary>
    private static async Task GuessAsync(FaultRun run, int port)
    {
        var (guesses, clients) = (run.Pick(10_000, 200), run.Pick(100, 8));
        var checks = s_names.ToDictionary(n => n, _ => 0);
        var (refused, right, answered) = (0, 0, 0);
        await Parallel.ForEachAsync(Enumerable.Range(0, guesses), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (n, _) =>
        {
            var name = s_names[n % s_names.Length];

            // The right one comes when the account is locked.
            var password = n > 100 && n % 97 == 0 ? Password : $"guess {n}";
            var answer = await LogInAsync(port, n % clients, name, password);
            lock (checks)
            {
                if (answer.Length > 0) answered++;
                if (answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal)) checks[name]++;
                if (answer.StartsWith("HTTP/1.1 429", StringComparison.Ordinal)) refused++;
                if (answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) right++;
            }
        });
        run.Expect(checks.Values.Max() <= 10 && checks.Values.Min() > 0 && answered == checks.Values.Sum() + refused,
            $"{guesses} guesses: {string.Join(", ", checks.Select(c => $"{c.Key} {c.Value}"))} checked, {refused} refused with 429");
        run.Expect(right == 0, $"{right} let in");
    }

    private static async Task TraverseAsync(FaultRun run, int port)
    {
        string[] ups = ["../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "..%5c", "....//", "%252e%252e%252f", "..%c0%af"];
        string[] files = ["etc/passwd", "site.toml", "data/web/users.json", "data/web/key.pem", "logs/audit.jsonl"];
        string[] starts = ["/", "/api/", "/page/", "/api/devices/", "//"];
        var (count, files200) = (0, 0);
        foreach (var start in starts)
        {
            foreach (var up in ups.Append(""))
            {
                foreach (var file in files)
                {
                    var target = start + string.Concat(Enumerable.Repeat(up, up.Length == 0 ? 1 : 8)) + file;
                    var answer = await RawHttp.RequestAsync(port, count++ % 200, $"GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                    if (answer.StartsWith("HTTP/1.1 2", StringComparison.Ordinal)
                        || answer.StartsWith("HTTP/1.1 3", StringComparison.Ordinal)
                        || answer.Contains("root:", StringComparison.Ordinal) || answer.Length == 0) files200++;
                }
            }
        }

        run.Expect(files200 == 0, $"{count} traversals, {files200} files");
        var opened = new List<string>();
        foreach (var route in s_routes)
        {
            var answer = await RawHttp.RequestAsync(port, 247, $"GET {route} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            if (!answer.StartsWith("HTTP/1.1 401", StringComparison.Ordinal)) opened.Add(route);
        }

        run.Expect(opened.Count == 0, $"{s_routes.Length} routes, open: {(opened.Count == 0 ? "none" : string.Join(' ', opened))}");
    }

    private static async Task SendLongAsync(FaultRun run, int port)
    {
        var declared = await RawHttp.RequestAsync(port, 246, $"POST /api/login HTTP/1.1\r\n{Head}Content-Length: 1073741824\r\n\r\n{{");
        run.Expect(declared.StartsWith("HTTP/1.1 413", StringComparison.Ordinal), "1 GB declared: 413");
        using var streamed = await RawHttp.ConnectAsync(port, 246);
        await streamed!.SendAsync($"POST /api/login HTTP/1.1\r\n{Head}Transfer-Encoding: chunked\r\n\r\n");
        var receiving = streamed.ReceiveAsync(TimeSpan.FromSeconds(120));
        var (chunk, megabytes) = ($"100000\r\n{new string(' ', 0x100000)}\r\n", 0);
        while (megabytes < 1024 && await streamed.SendAsync(chunk)) megabytes++;
        var answer = await receiving;
        run.Expect(answer.StartsWith("HTTP/1.1 413", StringComparison.Ordinal) && megabytes < 1024,
            $"1 GB in chunks: 413, cut after {megabytes} MB");
        var headers = await RawHttp.RequestAsync(port, 246, $"GET / HTTP/1.1\r\nHost: localhost\r\nX: {new string('x', 17_000)}\r\n\r\n");
        run.Expect(headers.StartsWith("HTTP/1.1 431", StringComparison.Ordinal), "17 KB of headers: 431");
    }

    private static async Task SendSlowlyAsync(FaultRun run, int port)
    {
        var count = run.Pick(100, 10);
        foreach (var (name, begin) in new[]
        {
            ("headers", "GET / HTTP/1.1\r\nHost: localhost\r\nX: "),
            ("bodies", $"POST /api/login HTTP/1.1\r\n{Head}Content-Length: 100000\r\n\r\n"),
        })
        {
            var watch = Stopwatch.StartNew();
            var ended = await Task.WhenAll(Enumerable.Range(0, count).Select(async n =>
            {
                using var slow = await RawHttp.ConnectAsync(port, n);
                if (slow is null) return true;
                await slow.SendAsync(begin);
                var end = slow.EndsAsync(TimeSpan.FromSeconds(90));
                while (!end.IsCompleted && await slow.SendAsync("x")) await Task.WhenAny(end, Task.Delay(500));
                return await end;
            }));
            run.Expect(ended.All(e => e), $"{count} slow {name} ended");
            run.ExpectSeconds(watch.Elapsed.TotalSeconds, 20, "");
        }
    }

    /// <summary>
    /// Opens streams with a valid token: of the page, or recordings, of which few run at the same time, where the host has no page. Most
    /// are beyond the number of connections.
    /// </summary>
    private static async Task OpenStreamsAsync(FaultRun run, int port, string token, SiteFolder site)
    {
        var count = run.Pick(1000, 250);
        var page = $"GET /api/stream HTTP/1.1\r\n{Head}Authorization: Bearer {token}\r\n\r\n";
        var isPage = (await RawHttp.RequestAsync(port, 244, page)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal);
        var request = isPage ? page
            : $"POST /api/recordings HTTP/1.1\r\n{Head}Authorization: Bearer {token}\r\nContent-Length: 2\r\n\r\n{{}}";
        var streams = new List<RawHttp>();
        try
        {
            for (var n = 0; n < count; n++)
            {
                if (await RawHttp.ConnectAsync(port, n) is not { } stream) continue;
                streams.Add(stream);
                await stream.SendAsync(request);
            }

            var watch = Stopwatch.StartNew();
            await ScansAsync(site);
            var (exit, _) = await PlantProcess.RunAsync("queue", site.Path);
            run.Expect(exit == 0, "plant queue answers meanwhile");
            run.ExpectSeconds(watch.Elapsed.TotalSeconds, 10, "");
            var heads = await Task.WhenAll(streams.Select(s => s.ReceiveAsync(TimeSpan.FromSeconds(20))));
            var running = heads.Count(h => h.StartsWith("HTTP/1.1 20", StringComparison.Ordinal));
            var refused = heads.Count(h => h.StartsWith("HTTP/1.1 4", StringComparison.Ordinal));
            run.Expect(running > 0 && running + refused <= 200,
                $"{count} {(isPage ? "streams" : "recordings")}: {running} run, {refused} refused, {count - running - refused} cut");
        }
        finally
        {
            foreach (var stream in streams) stream.Dispose();
        }

        const string Health = "GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n";
        var back = await Until.HoldsAsync(
            async () => (await RawHttp.RequestAsync(port, 245, Health)).Contains("200", StringComparison.Ordinal),
            TimeSpan.FromSeconds(60));
        run.Expect(back is not null, "others are served afterwards");
    }

    private static Task<string> LogInAsync(int port, int client, string user, string password)
    {
        var body = JsonSerializer.Serialize(new { user, password });
        return RawHttp.RequestAsync(port, client, $"POST /api/login HTTP/1.1\r\n{Head}Content-Length: {body.Length}\r\n\r\n{body}");
    }

    private static async Task<long> ScansAsync(SiteFolder site)
    {
        var status = await SiteClient.GetAsync(site.Path, "/api/status", CancellationToken.None);
        return (long)((JsonObject)status["devices"]![0]!)["scans"]!;
    }
}
