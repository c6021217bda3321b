using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlantRuntime.Faults.Host;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Odd files and rights while an ordinary user runs the host. A recipe counts its scans, so that a restart is seen.</summary>
internal sealed class OddFiles() : FaultScenario(
    "21", "odd files and rights while it runs, as an ordinary user",
    "each named; nothing stops or loses state; the next edit ≤ 2 s; no busy loop; memory ≤ +100 MB; plant check ends")
{
    private const UnixFileMode Folder = (UnixFileMode)0b111_101_101;
    private const UnixFileMode File644 = (UnixFileMode)0b110_100_100;
    private static readonly string[] s_brief = ["chmod 644 recipes", "pipe, folder, dangling link", "tag table of 600,000 rows"];

    public override Task RunAsync(FaultRun run) => RunAsync(run, TimeSpan.FromSeconds(run.Pick(2, 0.8)));

    public static async Task RunAsync(FaultRun run, TimeSpan pause)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "rights, pipes and proc(5) of Linux");
        using var site = await NewSiteAsync();
        await using var host = PlantProcess.StartThrough(OrdinaryUser.Launcher, "run", site.Path);
        await host.WhenAsync("OK plant=1 device=table");
        await host.WhenAsync("name=recipes/edit.csx state=Running version=1");
        var edits = 1;
        foreach (var step in Steps(site, run).Where(s => run.Pick(true, s_brief.Contains(s.Name))))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(run.Random.Next(400)));
            var (named, before) = (host.Count(step.Named), ProcessFigures.Megabytes(host.Id, "VmRSS"));
            ProcessFigures.ForgetPeak(host.Id);
            var (clock, cpu) = (Stopwatch.StartNew(), ProcessFigures.ProcessorSeconds(host.Id));
            await step.ApplyAsync();
            await Task.Delay(pause);
            if (step.Name.StartsWith("pipe", StringComparison.Ordinal)) await CheckAsync(run, site);
            var said = await Until.HoldsAsync(() => host.Count(step.Named) > named, TimeSpan.FromSeconds(20));
            var share = (ProcessFigures.ProcessorSeconds(host.Id) - cpu) / clock.Elapsed.TotalSeconds;
            await step.UndoAsync();
            run.Expect(said is not null, said is null ? $"{step.Name} is not named" : step.Name);
            run.ExpectTime(share <= 0.5, string.Create(CultureInfo.InvariantCulture, $"{share:P0} of a core"));
            var grown = ProcessFigures.Megabytes(host.Id, "VmHWM") - before;
            run.Expect(grown <= 100, string.Create(CultureInfo.InvariantCulture, $"{grown:+0;-0;0} MB"));
            await EditAsync(run, site, host, ++edits);
        }

        await HostEnd.TermAsync(run, host, "end");
        ExpectCount(run, site.Lines("data/lines.jsonl"));
        run.Expect(host.Count("RECIPE name=recipes/count.csx state=Running") == 1, "the counting recipe was never replaced");
        if (run.Failed.Count > 0) await Console.Error.WriteLineAsync(host.Output);
    }

    private static async Task<SiteFolder> NewSiteAsync()
    {
        var site = new SiteFolder(SiteFolder.DefaultSite + """


            [devices.table]
            driver = "simulator"
            tags = "table.csv"

            [sinks.edits]
            sink = "jsonl"
            path = "data/edits.jsonl"
            """);
        site.Write("table.csv", "name,address\na,const 1\n");
        site.Write("recipes/count.csx", "long n = 0;\nPlant.line.Scans.Payload(s => new { n = ++n }).To(Sinks.lines);");
        site.Write("recipes/edit.csx", Edit(1));
        CopyPlugin(site);
        await OrdinaryUser.OwnAsync(site.Path);
        return site;
    }

    private static IEnumerable<Step> Steps(SiteFolder site, FaultRun run) =>
    [
        Rights("chmod 644 recipes", site.At("recipes"), File644, Folder, "RECIPES state=Unreadable"),
        Rights("chmod 000 plugins", site.At("plugins"), default, Folder, "REFUSED folder=plugins"),
        Rights("chmod 000 site.toml", site.At("site.toml"), default, File644, "SITE problem=.*site.toml.*may not be read"),
        new("pipe, folder, dangling link", "SKIPPED file=recipes/x3.csx",
            async () =>
            {
                await SystemTool.RunAsync("mkfifo", site.At("recipes/x1.csx"));
                Directory.CreateDirectory(site.At("recipes/x2.csx"));
                File.CreateSymbolicLink(site.At("recipes/x3.csx"), "nowhere");
            },
            () =>
            {
                File.Delete(site.At("recipes/x1.csx"));
                Directory.Delete(site.At("recipes/x2.csx"));
                File.Delete(site.At("recipes/x3.csx"));
                return Task.CompletedTask;
            }),
        Link("a link of recipes into itself", site.At("recipes/loop"), "SKIPPED file=recipes/loop "),
        Link("a second one", site.At("recipes/loop2"), "SKIPPED file=recipes/loop2 "),
        new("a plugin folder deleted while it is read", "REFUSED plugin=Http",
            async () =>
            {
                for (var i = 0; i < 20; i++)
                {
                    Directory.Delete(site.At("plugins/Http"), recursive: true);
                    await Task.Delay(run.Random.Next(300));
                    CopyPlugin(site);
                    await Task.Delay(run.Random.Next(300));
                }

                Directory.Delete(site.At("plugins/Http"), recursive: true);
            },
            () =>
            {
                CopyPlugin(site);
                return Task.CompletedTask;
            }),
        new("recipes away for 1.2 s", "RECIPES state=Missing",
            async () =>
            {
                Directory.Move(site.At("recipes"), site.At("away"));
                await Task.Delay(1200);
                Directory.Move(site.At("away"), site.At("recipes"));
            },
            () => Task.CompletedTask),
        new("tag table of 600,000 rows", "SITE problem=.*table.csv.*600001 lines",
            () =>
            {
                using (var table = File.CreateText(site.At("table.new")))
                {
                    table.Write("name,address\n");
                    for (var i = 0; i < 600_000; i++) table.Write($"tag_{i},const {i}\n");
                }

                File.Move(site.At("table.csv"), site.At("table.old"));
                File.Move(site.At("table.new"), site.At("table.csv"));
                return Task.CompletedTask;
            },
            () =>
            {
                File.Move(site.At("table.old"), site.At("table.csv"), overwrite: true);
                return Task.CompletedTask;
            }),
    ];

    private static Step Rights(string name, string path, UnixFileMode now, UnixFileMode usual, string named) =>
        new(name, named, () => ChangeAsync(path, now), () => ChangeAsync(path, usual));

    private static Step Link(string name, string path, string named) => new(
        name, named,
        () =>
        {
            Directory.CreateSymbolicLink(path, ".");
            return Task.CompletedTask;
        },
        () =>
        {
            File.Delete(path);
            return Task.CompletedTask;
        });

    private static Task ChangeAsync(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
        return Task.CompletedTask;
    }

    /// <summary>The same files must not hang <c>plant check</c> or end it by an exception.</summary>
    private static async Task CheckAsync(FaultRun run, SiteFolder site)
    {
        await using var check = PlantProcess.StartThrough(OrdinaryUser.Launcher, "check", site.Path);
        var exit = await check.WhenExitedAsync();
        var isWell = exit == 0 && check.Count("recipes/x1.csx: warning") == 1 && check.Count("recipes/x3.csx: warning") == 1;
        run.Expect(isWell, isWell ? "plant check names them" : $"plant check ends with {exit}: {check.Output}");
    }

    private static async Task EditAsync(FaultRun run, SiteFolder site, PlantProcess host, int version)
    {
        site.Write("recipes/.edit.new", Edit(version));
        var watch = Stopwatch.StartNew();
        File.Move(site.At("recipes/.edit.new"), site.At("recipes/edit.csx"), overwrite: true);
        await host.WhenAsync($"name=recipes/edit.csx state=Running version={version} ");
        run.ExpectSeconds(watch.Elapsed.TotalSeconds, 2, "edit ");
    }

    private static string Edit(int version) => $"Plant.tank.Scans.Payload(s => new {{ edit = {version} }}).To(Sinks.edits);";

    private static void CopyPlugin(SiteFolder site)
    {
        Directory.CreateDirectory(site.At("plugins/Http"));
        foreach (var file in Directory.GetFiles(Path.Combine(PlantProcess.Folder, "plugins", "Http")))
            File.Copy(file, site.At("plugins/Http/" + Path.GetFileName(file)), overwrite: true);
    }

    /// <summary>The recipe's own count must go up by one from record to record.</summary>
    private static void ExpectCount(FaultRun run, string[] lines)
    {
        var counts = lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("n").GetInt64()).ToList();
        var torn = counts.Zip(counts.Skip(1), (a, b) => b - a).Count(d => d != 1);
        run.Expect(counts.Count > 0 && counts[0] == 1 && torn == 0, $"{counts.Count} scans counted, {torn} times not the next number");
    }

    /// <summary>One odd file or right: what is done, what the log says, and what undoes it.</summary>
    private sealed record Step(string Name, string Named, Func<Task> ApplyAsync, Func<Task> UndoAsync);
}
