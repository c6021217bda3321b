using System.Globalization;
using PlantRuntime.Faults.Host;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>A large site at rest: its devices are read once an hour, so that all its work is polling and supervision.</summary>
internal sealed class IdleCost() : FaultScenario("idle", "500 devices and 200 recipes at rest", "polling and supervision < 0.5 % of a core")
{
    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "proc(5) of Linux");
        using var site = NewSite(run.Pick(500, 50), run.Pick(200, 20));
        await using var host = PlantProcess.Start("run", site.Path);
        var up = await Until.HoldsAsync(() => host.Count("OK plant=1 device=") == run.Pick(500, 50), TimeSpan.FromMinutes(10));
        run.Expect(up is not null, string.Create(CultureInfo.InvariantCulture, $"up {up?.TotalSeconds:0} s after a cold start"));

        // The watch over new versions has ended after this pause.
        await Task.Delay(TimeSpan.FromSeconds(run.Pick(60, 5)));
        var shares = new List<double>();
        for (var i = 0; i < 3; i++)
        {
            var (cpu, clock) = (ProcessFigures.ProcessorSeconds(host.Id), TimeProvider.System.GetTimestamp());
            await Task.Delay(TimeSpan.FromSeconds(run.Pick(10, 2)));
            shares.Add((ProcessFigures.ProcessorSeconds(host.Id) - cpu) / TimeProvider.System.GetElapsedTime(clock).TotalSeconds);
        }

        var figures = string.Join(", ", shares.Select(s => s.ToString("P2", CultureInfo.InvariantCulture)));
        run.ExpectTime(shares.Min() < 0.005, $"{figures} of a core");
        run.Note(string.Create(CultureInfo.InvariantCulture, $"resident {ProcessFigures.Megabytes(host.Id, "VmRSS"):0} MB"));
        await HostEnd.TermAsync(run, host, "end");
    }

    private static SiteFolder NewSite(int devices, int recipes)
    {
        var site = new SiteFolder(string.Join('\n', [
            "[site]\nname = \"idle\"\n[limits]\nrecipe_watch = \"1s\"\n[sinks.lines]\nsink = \"jsonl\"\npath = \"data/lines.jsonl\"",
            .. Enumerable.Range(0, devices).Select(d => $"[devices.d{d}]\ndriver = \"simulator\"\npoll = \"1h\"\n[devices.d{d}.tags]\nlevel = \"const 5\""),
        ]));
        for (var r = 0; r < recipes; r++) site.Write($"recipes/r{r}.csx", $"Plant.d{r}.Scans.Payload(s => s.Values).To(Sinks.lines);");
        return site;
    }
}
