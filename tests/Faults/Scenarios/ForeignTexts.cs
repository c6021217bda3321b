using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Faults.Host;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Hostile texts in values, reasons, properties and endpoints of devices, refusals of a sink, file names and site.toml.</summary>
internal sealed class ForeignTexts() : FaultScenario(
    "27", "foreign texts: line ends, ESC, bidi marks, quotes, 5 MB, lone surrogates, from devices, sinks, file names, site.toml",
    "one line each, escaped, ≤ 1 KB, in log, terminal, status and dead letters; valid JSON")
{
    private const string Name = "\u001b]0;EVIL\u0007\u001b[31m\u202eEVIL\"EVIL";

    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "file names of Linux");
        using var site = NewSite();
        await using (var host = PlantProcess.Start("run", site.Path))
        {
            await host.WhenAsync("RECONNECT .*device=broken");
            await host.WhenAsync("REJECTED sink=refusing");
            await host.WhenAsync("FACTS device=talking");
            await host.WhenAsync("RECIPE name=.*EVIL.*problem=");
            await host.WhenAsync("SKIPPED file=.*EVIL");
            await ExpectAnswersAsync(run, site);
            await ExpectCommandsAsync(run, site);
            site.Replace("site.toml", "unit = \"u\"", "unit = 5 # \\u001b\nsurprise = \"\\u001b[31mEVIL\\u202e\"");
            await host.WhenAsync("SITE state=Held");
            await HostEnd.TermAsync(run, host, "end");
            Expect(run, "log on the console", PlainText.FindUnsafeLine(host.Output.Split('\n')));
            run.Note($"{host.Output.Split('\n').Length} lines");
        }

        Expect(run, "log file", PlainText.FindUnsafeLine(site.Lines("logs/plant.log")));
        var lines = site.Lines("data/lines.jsonl");
        var values = lines.Select(l => JsonNode.Parse(l)).ToList();
        var hasText = values.Count > 0 && values[0]!.ToJsonString().Contains("EVIL", StringComparison.Ordinal);
        run.Expect(hasText, $"{values.Count} records are valid JSON");
        await ExpectCheckAsync(run, site);
        if (run.Pick(true, false)) await ExpectTableAsync(run);
    }

    private static SiteFolder NewSite()
    {
        var site = new SiteFolder("""
            [site]
            name = "test"

            [devices.talking]
            driver  = "hostile"
            poll    = "200ms"
            fault   = "texts"
              [devices.talking.tags]
              a = { address = "a", unit = "u" }
              b = "b"

            [devices.broken]
            driver  = "hostile"
            poll    = "200ms"
            fault   = "text-failure"
              [devices.broken.tags]
              a = "a"

            [sinks.lines]
            sink = "jsonl"
            path = "data/lines.jsonl"

            [sinks.refusing]
            sink  = "hostile"
            fault = "texts"
            """);
        site.Write("recipes/all.csx", "Plant.talking.Scans.To(Sinks.lines, Sinks.refusing);");
        site.Write($"recipes/{Name}.csx", "Plant.nowhere.Scans.To(Sinks.lines); // " + Name);
        File.CreateSymbolicLink(site.At($"recipes/{Name}2.csx"), Name);
        HostileFolder.Copy(site, "hostile");
        return site;
    }

    /// <summary>The answers of the site's socket, as every program gets them.</summary>
    private static async Task ExpectAnswersAsync(FaultRun run, SiteFolder site)
    {
        string[] paths =
            ["/api/queue", "/api/queue/letters?last=1", "/api/devices/talking", "/api/devices/broken", "/api/status", "/api/tags"];
        foreach (var path in paths)
        {
            var answer = await SiteClient.GetAsync(site.Path, path, CancellationToken.None);

            // The record of a dead letter is data and stays as it is, and so do the values of tags.
            if (answer is JsonArray list)
            {
                foreach (var item in list)
                {
                    item!.AsObject().Remove("record");
                    item.AsObject().Remove("value");
                }
            }

            Expect(run, $"answer {path}", PlainText.FindUnsafe(answer));
        }

        var name = Uri.EscapeDataString(Name);
        var tags = new JsonObject { ["tags"] = new JsonArray(new JsonObject { ["name"] = "a", ["address"] = "a" }) };
        foreach (var (path, body) in new (string, JsonObject?)[]
        {
            ($"/api/{name}", null), ($"/api/devices/{name}", null), ($"/api/queue/letters?sink={name}", null),
            ("/api/restart", new JsonObject { ["name"] = Name }), ("/api/devices/broken/read", tags),
        })
        {
            var refusal = await Record(() => body is null
                ? SiteClient.GetAsync(site.Path, path, CancellationToken.None)
                : SiteClient.PostAsync(site.Path, path, body, CancellationToken.None));
            Expect(run, "refusal", refusal is SiteClientException ? PlainText.FindUnsafe(refusal.Message) : $"{refusal?.GetType()}");
        }

        static async Task<Exception?> Record(Func<Task> ask)
        {
            try
            {
                await ask();
                return null;
            }
            catch (Exception exception)
            {
                return exception;
            }
        }
    }

    /// <summary>The commands that print what the host and the devices say.</summary>
    private static async Task ExpectCommandsAsync(FaultRun run, SiteFolder site)
    {
        string[][] commands =
        [
            ["queue", site.Path], ["queue", site.Path, "--json"], ["read", site.Path, "talking", "a"], ["read", site.Path, "talking", "b"],
        ];
        foreach (var command in commands.Take(run.Pick(4, 1)))
        {
            var (_, output) = await PlantProcess.RunAsync(command);
            Expect(run, $"plant {command[0]}", FindUnsafe(output));
        }
    }

    private static async Task ExpectCheckAsync(FaultRun run, SiteFolder site)
    {
        var (exit, output) = await PlantProcess.RunAsync("check", site.Path);
        Expect(run, "plant check", exit == 0 ? "it finds nothing" : FindUnsafe(output));
    }

    /// <summary>The live table on a terminal: the sequences of the host's own table are there, those of the texts are not.</summary>
    private static async Task ExpectTableAsync(FaultRun run)
    {
        if (!File.Exists("/usr/bin/script"))
        {
            run.Note("there is no script(1) for a terminal");
            return;
        }

        using var site = NewSite();
        var file = site.At("screen");
        var command = PlantProcess.CommandLine("run", site.Path, "--for", "8s");
        var (exit, _) = await SystemTool.RunAsync("script", "-qec", $"stty cols 200 rows 60; {command}", file);
        var screen = await File.ReadAllTextAsync(file);
        string[] forbidden = ["\u001b]0;EVIL", "\u001b[31mEVIL", "\u202e", "\u2066", "\u2028", "\u009b", "\u0007"];
        run.Expect(screen.Contains("talking", StringComparison.Ordinal) && screen.Contains('\u001b'), $"live table drawn, exit {exit}");
        var found = forbidden.FirstOrDefault(f => screen.Contains(f, StringComparison.Ordinal));
        Expect(run, "live table", found is null ? null : JsonSerializer.Serialize(found));
    }

    private static string? FindUnsafe(string output) => output.Split('\n').Select(PlainText.FindUnsafe).FirstOrDefault(f => f is not null);

    private static void Expect(FaultRun run, string where, string? found) =>
        run.Expect(found is null, found is null ? where : $"{where}: {found}");
}
