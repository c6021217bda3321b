using System.Globalization;
using System.Reflection;
using PlantRuntime.Engine;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Recipes;

namespace PlantRuntime.Web.Metrics;

/// <summary>The metrics of the site, of recipes and of the process. Stateless; any thread.</summary>
internal static class HostMetrics
{
    private static readonly string[] s_recipe = ["recipe"];
    private static readonly string s_version = typeof(HostMetrics).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
        .InformationalVersion;

    /// <summary>The metrics of the site as a whole.</summary>
    public static readonly Metric[] Site =
    [
        new("plant_info", MetricKind.Gauge, "Always 1; name, number and tenant of the site, and the version of the program",
            ["site", "plant_id", "tenant", "version"], reading => [Info(reading)]),
        Metric.Single("plant_standby", MetricKind.Gauge, "1 while another host of the site is active (lease), else 0", r => r.IsStandby ? 1 : 0),
        Metric.Single("plant_site_rolled_back", MetricKind.Gauge, "1 while the last edit of site.toml is not applied because it failed, else 0",
            r => r.Host.Site.RolledBackReason is null ? 0 : 1),
        new("plant_alerts_active", MetricKind.Gauge, "Alerts of the host that are not over: device, sink, queue, disk, recipe", ["kind"],
            Alerts),
        new("plant_disk_free_bytes", MetricKind.Gauge, "Bytes that the host can still write to the disk of the site's data", [],
            r => Disk(r, d => d.Free)),
        new("plant_disk_size_bytes", MetricKind.Gauge, "Size of the disk of the site's data", [], r => Disk(r, d => d.Total)),
    ];

    /// <summary>The metrics of each recipe.</summary>
    public static readonly Metric[] Recipes =
    [
        Recipe("plant_recipe_running", MetricKind.Gauge, "1 while a version of the recipe runs, 0 while none does or it was stopped",
            r => r.Status == "Running" ? 1 : 0),
        Recipe("plant_recipe_as_edited", MetricKind.Gauge, "1 while the recipe runs as its file is now, 0 while that has errors or was rolled back",
            r => r.Status == "Running" && r.Problems.Count == 0 && r.Rejected is null ? 1 : 0),
        Recipe("plant_recipe_version", MetricKind.Gauge, "Number of the version that runs, from 1 at the start of the host; 0 while none does",
            r => r.Version),
        Recipe("plant_recipe_faults_total", MetricKind.Counter, "Exceptions of the recipe's own code", r => r.Faults),
        Recipe("plant_recipe_lost_scans_total", MetricKind.Counter, "Scans that were dropped because the recipe was too slow", r => r.Lost),
    ];

    /// <summary>The metrics of the process, with the names that Prometheus' clients use where there is one.</summary>
    public static readonly Metric[] Process =
    [
        Metric.Single("process_cpu_seconds_total", MetricKind.Counter, "Processor time of the process",
            _ => Environment.CpuUsage.TotalTime.TotalSeconds),
        Metric.Single("process_start_time_seconds", MetricKind.Gauge, "Start of the process in seconds since 1970", _ => StartTime()),
        Metric.Single("process_resident_memory_bytes", MetricKind.Gauge, "Resident memory, with mapped files", _ => Environment.WorkingSet),
        new("plant_process_anonymous_memory_bytes", MetricKind.Gauge, "Resident memory without mapped files (RssAnon + RssShmem); on Linux", [],
            _ => AnonymousBytes() is { } bytes ? [new MetricValue(bytes)] : []),
        new("process_open_fds", MetricKind.Gauge, "Open files and sockets; on Linux", [],
            _ => OperatingSystem.IsLinux() ? [new MetricValue(Directory.GetFileSystemEntries("/proc/self/fd").Length)] : []),
    ];

    private static MetricValue Info(SiteReading reading)
    {
        var model = reading.Host.Site.Model;
        return new MetricValue(1, model.Name, model.PlantId.ToString(CultureInfo.InvariantCulture), model.Tenant, s_version);
    }

    private static IEnumerable<MetricValue> Alerts(SiteReading reading)
    {
        var active = reading.Host.Status.ActiveAlerts().CountBy(a => a.Kind).ToDictionary();
        return Enum.GetValues<AlertKind>().Select(k => new MetricValue(active.GetValueOrDefault(k), $"{k}".ToLowerInvariant()));
    }

    private static IEnumerable<MetricValue> Disk(SiteReading reading, Func<DiskSpace, long> read)
    {
        try
        {
            return [new MetricValue(read(DiskSpace.Read(reading.Host.Site.Model.DataFolder)))];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return [];
        }
    }

    private static Metric Recipe(string name, MetricKind kind, string help, Func<RecipeSlot, double> read) =>
        new(name, kind, help, s_recipe, reading => reading.Host.Recipes.Slots.Select(r => new MetricValue(read(r), r.File)));

    private static double StartTime()
    {
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return (process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds;
    }

    private static double? AnonymousBytes()
    {
        if (!OperatingSystem.IsLinux()) return null;
        return File.ReadLines("/proc/self/status").Where(l => l.StartsWith("RssAnon:", StringComparison.Ordinal)
            || l.StartsWith("RssShmem:", StringComparison.Ordinal)).Sum(l => Kilobytes(l) * 1024);

        static double Kilobytes(string line) => double.Parse(line.AsSpan(line.IndexOf(':') + 1)[..^2], CultureInfo.InvariantCulture);
    }
}
