using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// Runs the demo with `plant run`: time from an edit to its first run, pause of the swap, and resident memory after a minute with three
/// edits.
/// </summary>
internal static class HostBenchmark
{
    private static readonly string s_plant = typeof(HostBenchmark).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "PlantFolder").Value!;

    public static async Task RunAsync()
    {
        var site = Directory.CreateTempSubdirectory("plant-bench-").FullName;
        Directory.CreateDirectory(Path.Combine(site, "recipes"));
        var demo = Path.Combine(s_plant, "..", "..", "..", "sites", "demo");
        foreach (var file in (string[])["site.toml", "recipes/line.csx", "recipes/changes.csx"])
            File.Copy(Path.Combine(demo, file), Path.Combine(site, file));

        // Compiled once before, so that the run starts from the cache and without a compiler, as after a restart.
        using (var check = Start("check", site)) await check.WaitForExitAsync();
        using var plant = Start("run", site, "--plain");
        var lines = plant.StandardOutput;
        await UntilAsync(lines, "OK .*device=tank");
        var watch = Stopwatch.StartNew();
        var (edits, pauses) = (new List<TimeSpan>(), new List<double>());
        for (var version = 2; version <= 4; version++)
        {
            await Task.Delay(TimeSpan.FromSeconds(3));
            var recipe = Path.Combine(site, "recipes", "line.csx");
            var text = await File.ReadAllTextAsync(recipe);
            var saved = Stopwatch.StartNew();
            await File.WriteAllTextAsync(recipe, text.Replace("1 / 60.0", $"{version} / 60.0")
                .Replace($"{version - 1} / 60.0", $"{version} / 60.0"));
            var swap = await UntilAsync(lines, $@"name=recipes/line.csx state=Running version={version} .*pause=([\d.]+)ms");
            edits.Add(saved.Elapsed);
            pauses.Add(double.Parse(swap.Groups[1].ValueSpan, CultureInfo.InvariantCulture));
        }

        var left = TimeSpan.FromSeconds(60) - watch.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left);
        plant.Refresh();
        var resident = plant.WorkingSet64 / 1e6;
        plant.Kill(entireProcessTree: true);
        Directory.Delete(site, recursive: true);
        Measure.Print("host: edit to running, cold", $"{edits[0].TotalSeconds:0.00} s", edits[0] < TimeSpan.FromSeconds(3), "< 3 s");
        Measure.Print("host: edit to running, warm", $"{edits.Skip(1).Max().TotalSeconds:0.00} s",
            edits.Skip(1).Max() < TimeSpan.FromSeconds(1), "< 1 s");
        Measure.Print("host: pause of a swap", $"{pauses.Max():0.0} ms", pauses.Max() < 5, "< 5 ms");
        Measure.Print("host: resident after a minute and three edits", $"{resident:0} MB", resident < 90, "< 90 MB");
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(s_plant, "plant.dll"), .. arguments])
            { RedirectStandardOutput = true })!;

    private static async Task<Match> UntilAsync(StreamReader lines, string pattern)
    {
        while (await lines.ReadLineAsync() is { } line)
        {
            if (Regex.Match(line, pattern) is { Success: true } match) return match;
        }

        throw new InvalidOperationException($"plant ended before \"{pattern}\"");
    }
}
