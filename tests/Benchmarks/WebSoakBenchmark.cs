using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Benchmarks;

/// <summary>
/// 10,000 tags that all change once a second, sent to 20 open streams: resident memory each minute, and the processor time of the web part,
/// which is that of the host less that of the same host without <c>[web]</c>. Lasts 30 min, or <c>SOAK_MINUTES</c>.
/// </summary>
internal static class WebSoakBenchmark
{
    private const int Tags = 10_000;
    private const int Streams = 20;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public static async Task RunAsync()
    {
        var minutes = int.Parse(Environment.GetEnvironmentVariable("SOAK_MINUTES") ?? "30", CultureInfo.InvariantCulture);
        var (alone, aloneScans) = await MeasureAloneAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"host without [web]: {alone:P1} of a core, {aloneScans} scans a minute"));
        using var site = NewSite("\n[web]\nlisten = \"127.0.0.1:0\"\nanonymous = \"viewer\"\n");
        await using var plant = PlantProcess.Start("run", site.Path, "--plain");
        await plant.WhenAsync("OK .*device=line");
        var address = plant.Output.Split('\n').First(l => l.Contains("WEB address=", StringComparison.Ordinal)).Split("address=")[1].Trim();
        using var client = new HttpClient { BaseAddress = new Uri($"http://{address}"), Timeout = Timeout.InfiniteTimeSpan };
        using var end = new CancellationTokenSource();
        var received = new long[Streams];
        var streams = Enumerable.Range(0, Streams).Select(i => ReadAsync(client, received, i, end.Token)).ToArray();
        var (shares, residents, scans) = (new List<double>(), new List<double>(), await ScansAsync(client));
        for (var minute = 1; minute <= minutes && !streams.Any(s => s.IsCompleted); minute++)
        {
            var (cpu, watch, bytes) = (ProcessFigures.ProcessorSeconds(plant.Id), Stopwatch.StartNew(), received.Sum());
            await Task.Delay(s_minute);
            shares.Add((ProcessFigures.ProcessorSeconds(plant.Id) - cpu) / watch.Elapsed.TotalSeconds);
            var (resident, anonymous) = Measure.Memory(plant.Id);
            residents.Add(resident);
            var scansBefore = scans;
            scans = await ScansAsync(client);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"minute {minute,2}: {residents[^1]:0.0} MB resident, {anonymous:0.0} MB anonymous, {shares[^1]:P1} of a core, "
                + $"{scans - scansBefore} scans, {(received.Sum() - bytes) / 1e6 / watch.Elapsed.TotalSeconds:0.0} MB/s "
                + $"to {Streams} streams"));
        }

        var broken = streams.Count(s => s.IsCompleted);
        await end.CancelAsync();
        await Task.WhenAll(streams).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Measure.Print("web-soak: streams that broke", $"{broken} of {Streams}", broken == 0, "0");
        var share = Measure.Median(shares) - alone;
        Measure.Print("web-soak: processor time of the web part", $"{share * 100:0.0} % of a core", share < 0.15, "< 15 %");

        // The first third has the start: caches, pools and the history of the last hour grow to their size.
        var third = Math.Max(1, residents.Count / 3);
        var (settled, last) = (residents.Skip(third).DefaultIfEmpty(residents[^1]).Max(), residents.TakeLast(third).Max());
        var middle = residents.Skip(third).Take(third).DefaultIfEmpty(settled).Max();
        Measure.Print("web-soak: resident memory, middle and last third", $"{middle:0} and {last:0} MB", last <= middle * 1.05,
            "grows ≤ 5 %");
    }

    private static async Task<(double Share, long Scans)> MeasureAloneAsync()
    {
        using var site = NewSite("");
        await using var plant = PlantProcess.Start("run", site.Path, "--plain");
        await plant.WhenAsync("OK .*device=line");
        using var client = WebBenchmark.Client(site.Path);
        await Task.Delay(TimeSpan.FromSeconds(15));
        var (cpu, watch, scans) = (ProcessFigures.ProcessorSeconds(plant.Id), Stopwatch.StartNew(), await ScansAsync(client));
        await Task.Delay(s_minute);
        return ((ProcessFigures.ProcessorSeconds(plant.Id) - cpu) / watch.Elapsed.TotalSeconds, await ScansAsync(client) - scans);
    }

    private static SiteFolder NewSite(string web)
    {
        var site = new SiteFolder(WebBenchmark.Toml(Tags, web));
        site.Write("recipes/all.csx", "Plant.line.Scans.Where(s => false).To(Sinks.lines);");
        return site;
    }

    /// <summary>Reads one stream until it ends or is cancelled.</summary>
    private static async Task ReadAsync(HttpClient client, long[] received, int index, CancellationToken cancel)
    {
        await using var stream = await client.GetStreamAsync("/api/stream", cancel);
        var buffer = new byte[64 << 10];
        while (await stream.ReadAsync(buffer, cancel) is var count and > 0) Interlocked.Add(ref received[index], count);
    }

    private static async Task<long> ScansAsync(HttpClient client)
    {
        using var status = System.Text.Json.JsonDocument.Parse(await client.GetByteArrayAsync("/api/status"));
        return status.RootElement.GetProperty("devices")[0].GetProperty("scans").GetInt64();
    }
}
