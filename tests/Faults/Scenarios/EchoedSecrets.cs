using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Faults.Host;
using PlantRuntime.Faults.Peers;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// Web servers, a broker and a database that repeat the credentials in what they refuse, before and after the files of the secrets are
/// replaced. The scenario looks for the secrets in all files of the site, in the log, and in what the commands print.
/// </summary>
internal sealed class EchoedSecrets() : FaultScenario(
    "26", "far ends that repeat credentials in what they refuse; level debug; the files of the secrets are replaced meanwhile",
    "no secret in any file, screen or answer; each new secret used")
{
    private const string User = "edge-user";
    private const string Letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789\"\\/+%&<='~";
    private static readonly string[] s_names = ["token", "key", "trend", "broker", "historian"];

    public override async Task RunAsync(FaultRun run)
    {
        var secrets = new List<string>();
        using var broker = new EchoingBroker(User);
        using var historian = new EchoingPostgres();
        await using var web = new ScriptedHttpServer { Decide = request => EchoingReply.From(request, 422) };
        await using var trend = new ScriptedHttpServer { Decide = request => EchoingReply.From(request, 401) };
        using var site = NewSite(web.Url, trend.Url, broker.Port, historian.Port);
        for (var round = 0; round < run.Pick(20, 2); round++) secrets.AddRange(s_names.Select(_ => NewSecret(run.Random)));
        Replace(site, secrets, 0);
        await using (var host = PlantProcess.Start("run", site.Path))
        {
            for (var round = 0; round < secrets.Count / s_names.Length; round++)
            {
                Replace(site, secrets, round);
                var given = secrets.Slice(round * s_names.Length, s_names.Length);
                var used = await Until.HoldsAsync(() => AreUsed(given, web, trend, broker, historian), TimeSpan.FromSeconds(60));
                run.Expect(used is not null, $"secrets {round + 1} used");
            }

            await host.WhenAsync("REJECTED sink=web");
            await host.WhenAsync("(RETRY|DOWN) .*sink=trend");
            await host.WhenAsync("(RETRY|DOWN) .*sink=historian");
            await host.WhenAsync("(RETRY|DOWN) .*sink=broker");
            await host.WhenAsync("RECONNECT .*device=cell");
            string[][] commands =
            [
                ["queue", site.Path], ["queue", site.Path, "--json"], ["queue", "export", site.Path, "--to", site.At("letters.jsonl")],
                ["read", site.Path, "cell", "value"],
                ["record", site.Path, "--for", "3s", "--to", site.At("capture.jsonl")], ["doctor", site.Path],
            ];
            foreach (var command in commands)
            {
                var (_, output) = await PlantProcess.RunAsync(command);
                Expect(run, $"plant {command[0]}", output, secrets);
            }

            await HostEnd.TermAsync(run, host, "end");
            Expect(run, "log on the console", host.Output, secrets);
            run.Expect(host.Count(@"\*\*\*") > 0, $"{host.Count(@"\*\*\*")} lines with ***");
        }

        var files = Directory.GetFiles(site.Path, "*", SearchOption.AllDirectories)
            .Where(f => !f.StartsWith(site.At("secrets"), StringComparison.Ordinal)).ToList();
        foreach (var file in files)
            Expect(run, Path.GetFileName(file), Encoding.UTF8.GetString(await File.ReadAllBytesAsync(file)), secrets);
        foreach (var name in new[] { "letters.jsonl", "capture.jsonl" })
            run.Expect(site.Lines(name).Length > 0, $"{site.Lines(name).Length} lines of {name}");
    }

    private static SiteFolder NewSite(string web, string trend, int broker, int historian)
    {
        var site = new SiteFolder($$"""
            [site]
            name = "test"

            [log]
            level = "debug"

            [devices.line]
            driver = "simulator"
            poll   = "100ms"
              [devices.line.tags]
              count = "counter every=100ms"

            [devices.cell]
            driver   = "mqtt"
            host     = "127.0.0.1"
            port     = {{broker}}
            user     = "{{User}}"
            password = { file = "secrets/broker" }
              [devices.cell.tags]
              value = "plant/value"

            [sinks.web]
            sink  = "http"
            url   = "{{web}}/in"
            token = { file = "secrets/token" }
            secret_headers = { "X-Api-Key" = { file = "secrets/key" } }

            [sinks.trend]
            sink     = "influx"
            url      = "{{trend}}"
            database = "plant"
            user     = "{{User}}"
            password = { file = "secrets/trend" }

            [sinks.broker]
            sink     = "mqtt"
            host     = "127.0.0.1"
            port     = {{broker}}
            topic    = "plant/out"
            user     = "{{User}}"
            password = { file = "secrets/broker" }

            [sinks.historian]
            sink     = "postgres"
            host     = "127.0.0.1"
            port     = {{historian}}
            database = "plant"
            user     = "edge"
            password = { file = "secrets/historian" }
            """);
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.web, Sinks.trend, Sinks.broker, Sinks.historian);");
        Directory.CreateDirectory(site.At("secrets"));
        return site;
    }

    private static string NewSecret(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(12, 40)).Select(_ => Letters[random.Next(Letters.Length)]));

    private static void Replace(SiteFolder site, List<string> secrets, int round)
    {
        for (var i = 0; i < s_names.Length; i++)
        {
            var file = site.At($"secrets/{s_names[i]}");
            File.WriteAllText(file + ".new", secrets[(round * s_names.Length) + i] + "\n");
            File.Move(file + ".new", file, overwrite: true);
        }
    }

    private static bool AreUsed(
        List<string> given, ScriptedHttpServer web, ScriptedHttpServer trend, EchoingBroker broker, EchoingPostgres historian) =>
        web.Received.Any(r => r["Authorization"] == $"Bearer {given[0]}" && r["X-Api-Key"] == given[1])
        && trend.Received.Any(r => r["Authorization"] == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{given[2]}")))
        && broker.Passwords.Count(p => p == given[3]) > 1 && historian.Passwords.Contains(given[4]);

    private static void Expect(FaultRun run, string where, string text, List<string> secrets)
    {
        var found = secrets.SelectMany(Forms).FirstOrDefault(form => text.Contains(form, StringComparison.Ordinal));
        if (found is not null) run.Expect(false, $"{where} has {found}");
        else run.Note(where);
    }

    /// <summary>The forms of a secret, and its beginning, which is as good as a secret.</summary>
    private static IEnumerable<string> Forms(string secret) =>
    [
        secret, secret[..8], Uri.EscapeDataString(secret), JsonSerializer.Serialize(secret)[1..^1],
        JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(secret),
        Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('=')[..^1],
        Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{secret}")),
    ];
}
