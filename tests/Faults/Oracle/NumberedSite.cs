using System.Reflection;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Faults.Numbered;
using PlantRuntime.Tools.Client;

namespace PlantRuntime.Faults.Oracle;

/// <summary>A site with the numbered device, the process of its host, and the counts of <c>plant queue</c>.</summary>
internal sealed class NumberedSite : IAsyncDisposable
{
    private PlantProcess? _host;

    /// <param name="sinks">The sinks' tables; the recipe sends every sample to each.</param>
    /// <param name="padding">Letters appended to each sample.</param>
    public NumberedSite(string sinks, int padding = 0, string more = "")
    {
        var ledger = Folder.At("ledger");
        Ledger = new Ledger(ledger);
        var names = sinks.Split('\n').Where(l => l.StartsWith("[sinks.", StringComparison.Ordinal)).Select(l => "Sinks." + l[7..^1]);
        Folder.Write("site.toml", $"""
            [site]
            name = "faults"

            [limits]
            recipe_queue = 1000

            [devices.source]
            driver  = "numbered"
            ledger  = "{ledger}"
            padding = {padding}

              [devices.source.tags]
              t0 = "0"
              t1 = "1"
              t2 = "2"
              t3 = "3"

            {more}
            {sinks}
            """);
        Folder.Write("recipes/all.csx", $"Plant.source.Scans.To({string.Join(", ", names)});");
        AddPluginTo(Folder);
    }

    public SiteFolder Folder { get; } = new();

    public Ledger Ledger { get; }

    public PlantProcess Host => _host!;

    private static string NumberedFolder { get; } = typeof(NumberedSite).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "NumberedFolder").Value!;

    /// <summary>Copies the plugin of the numbered device into a site.</summary>
    public static void AddPluginTo(SiteFolder site)
    {
        Directory.CreateDirectory(site.At("plugins/numbered"));
        foreach (var file in Directory.GetFiles(NumberedFolder)) File.Copy(file, site.At("plugins/numbered/" + Path.GetFileName(file)));
    }

    public void Start(params (string Name, string Value)[] environment) =>
        _host = PlantProcess.Start(environment.ToDictionary(e => e.Name, e => e.Value), "run", Folder.Path);

    /// <summary>Starts the host through other programs, as <see cref="PlantProcess.StartThrough"/> does.</summary>
    public void StartThrough(IReadOnlyList<string> launcher) => _host = PlantProcess.StartThrough(launcher, "run", Folder.Path);

    /// <summary>Ends the host at once, as kill -9 does.</summary>
    public Task KillAsync() => EndAsync("KILL");

    /// <summary>Ends the host in order.</summary>
    public Task StopAsync() => EndAsync("TERM");

    /// <summary>Asks the running host as <c>plant queue</c> does; null while it does not answer.</summary>
    public async Task<JsonNode?> AskAsync()
    {
        try
        {
            return await SiteClient.GetAsync(Folder.Path, "/api/queue", CancellationToken.None).ConfigureAwait(false);
        }
        catch (SiteClientException)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<RouteCounts>> RoutesAsync() => await AskAsync().ConfigureAwait(false) is not { } answer ? [] :
        [.. answer["sinks"]!.AsArray()
            .SelectMany(s => s!["routes"]!.AsArray().Select(r => new RouteCounts((string)s["sink"]!, (long)r!["produced"]!,
            (long)r["delivered"]!, (long)r["waiting"]!, (long)r["expired"]!, (long)r["dead_lettered"]!, (long)r["dropped"]!,
            (long)r["damaged"]!)))];

    /// <summary>Waits until the queues of these sinks are empty; of all sinks if none is given.</summary>
    public Task<TimeSpan?> DrainedAsync(TimeSpan patience, params string[] sinks) => Until.HoldsAsync(
        async () =>
        {
            var routes = await RoutesAsync().ConfigureAwait(false);
            return routes.Count > 0 && routes.All(r => r.Waiting == 0 || (sinks.Length > 0 && !sinks.Contains(r.Sink)));
        },
        patience);

    /// <summary>Waits until the device has delivered the number, and all numbers of its last connection are committed.</summary>
    public Task<TimeSpan> FedAsync(long number, TimeSpan patience) => Until.MustHoldAsync(
        () => Ledger.Handed >= number && Ledger.Committed is [.., var last] && last.Last == Ledger.Handed, patience, $"{number} committed");

    /// <summary>Bytes of the queue's files.</summary>
    public long QueueBytes => new[] { "queue.db", "queue.db-wal", "queue.db-shm" }.Select(n => new FileInfo(Folder.At("data/" + n)))
        .Sum(f => f.Exists ? f.Length : 0);

    /// <summary>Resident memory of the host in bytes (VmRSS).</summary>
    public long ResidentBytes => ProcessFigures.Bytes(Host.Id, "VmRSS");

    public async ValueTask DisposeAsync()
    {
        if (_host is not null) await _host.DisposeAsync().ConfigureAwait(false);
        Ledger.Dispose();
        Folder.Dispose();
    }

    private async Task EndAsync(string signal)
    {
        await Host.SignalAsync(signal).ConfigureAwait(false);
        await Host.WhenExitedAsync().ConfigureAwait(false);
        await Host.DisposeAsync().ConfigureAwait(false);
        _host = null;
    }
}

/// <summary>The counts of a route in <c>plant queue</c>.</summary>
internal sealed record RouteCounts(string Sink, long Produced, long Delivered, long Waiting, long Expired, long Dead, long Dropped,
    long Damaged)
{
    public bool IsEven => Produced == Delivered + Waiting + Expired + Dead + Dropped + Damaged;
}
