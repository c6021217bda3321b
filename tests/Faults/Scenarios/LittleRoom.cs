using System.Diagnostics;
using PlantRuntime.Faults.Host;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>Sites in control groups with little memory, and processes that may open few files.</summary>
internal sealed class LittleRoom() : FaultScenario(
    "28", "10,000 tags × 21 recipes, cold, in 512 MB and in 160 MB; a small site in 256 MB; 64 and 128 files",
    "runs, or says by name what it needs; never an unhandled exception; killed by nobody")
{
    public override async Task RunAsync(FaultRun run)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "control groups and limits of Linux");
        Tool.Require("prlimit");

        // The suite has the limits of files in tests of their own.
        foreach (var files in run.Pick<int[]>([64, 128], [])) await FilesAsync(run, files);
        await MemoryAsync(run, "a small site", 256, NewSite(devices: 2, tags: 10, recipes: 2), recipes: 2);
        if (!run.Pick(true, false)) return;
        await MemoryAsync(run, "10,000 tags, 21 recipes", 512, NewSite(devices: 10, tags: 1000, recipes: 21), recipes: 21);
        await MemoryAsync(run, "the same", 160, NewSite(devices: 10, tags: 1000, recipes: 21), recipes: 21);
    }

    private static async Task FilesAsync(FaultRun run, int files)
    {
        using var site = NewSite(devices: 2, tags: 10, recipes: 1);
        foreach (var command in new[] { "run", "check" })
        {
            await using var host = PlantProcess.StartThrough(["prlimit", $"--nofile={files}:{files}"], command, site.Path);
            var exit = await host.WhenExitedAsync();
            var isNamed = exit == 1 && host.Count($"^plant may open {files} files, and this site needs ") == 1;
            run.Expect(isNamed, $"{command} with {files} files: {(isNamed ? "named" : host.Output)}");
        }
    }

    private static async Task MemoryAsync(FaultRun run, string what, int megabytes, SiteFolder folder, int recipes)
    {
        using var site = folder;
        await using var group = MemoryGroup.TryCreate(megabytes);
        if (group is null)
        {
            const string Reason = "this user may not create a control group of memory";
            Skip.If(run.Pick(false, true), Reason);
            run.Note(Reason);
            return;
        }

        var watch = Stopwatch.StartNew();
        await using var host = PlantProcess.StartThrough(group.Launcher, "run", site.Path);
        var isUp = await Until.HoldsAsync(
            () => host.HasExited || (host.Count("OK plant=1 device=") > 0
                && (host.Count("state=Running version=1") == recipes || host.Count("memory is short") >= recipes)),
            TimeSpan.FromMinutes(4));
        run.Note($"{what} in {megabytes} MB: {watch.Elapsed.TotalSeconds:0} s, peak {group.PeakMegabytes} MB with the pages of files");
        if (host.HasExited)
        {
            var isExplained = host.Output.Contains("too little memory", StringComparison.Ordinal) && host.Count("[Uu]nhandled") == 0;
            run.Expect(isExplained, $"it ended: {host.Output[^Math.Min(300, host.Output.Length)..]}");
            return;
        }

        var isNamed = host.Count("memory is short") > 0;
        var running = host.Count("state=Running version=1");
        var others = running < recipes ? ", the others wait for memory and are named" : "";
        run.Expect(isUp is not null || isNamed, $"{running} recipes run{others}");
        run.Expect(group.Kills == "0", $"{group.Kills} processes killed");
        await HostEnd.TermAsync(run, host, "end");
    }

    private static SiteFolder NewSite(int devices, int tags, int recipes)
    {
        var site = new SiteFolder(string.Join('\n', [
            "[site]\nname = \"test\"\n[sinks.lines]\nsink = \"jsonl\"\npath = \"data/lines.jsonl\"",
            .. Enumerable.Range(0, devices).Select(d => $"[devices.d{d}]\ndriver = \"simulator\"\npoll = \"1s\"\ntags = \"tags.csv\""),
        ]));
        var rows = Enumerable.Range(0, tags).Select(t => $"tag_{t},sine min=0 max={t + 1} period=10s\n");
        site.Write("tags.csv", "name,address\n" + string.Concat(rows));
        for (var r = 0; r < recipes; r++)
        {
            site.Write($"recipes/r{r}.csx", $$"""
                var device = Plant.d{{r % devices}};
                device.Scans.Where(s => s.Failure is null).Payload(s => new { recipe = {{r}}, time = s.Time, tags = s.Values }).To(Sinks.lines);
                device.Scans.Deadband("tag_{{r % tags}}", 0.5).OnChange().Payload(s => s.Values).To(Sinks.lines);
                """);
        }

        return site;
    }
}
