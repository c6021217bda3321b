using System.IO.Enumeration;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Web.Metrics;

/// <summary>The metrics of devices and of tags. Stateless; any thread.</summary>
internal static class DeviceMetrics
{
    private static readonly string[] s_device = ["device"];
    private static readonly string[] s_tag = ["device", "tag"];
    private static readonly (double Share, string Text)[] s_shares = [(0.5, "0.5"), (0.99, "0.99")];

    /// <summary>The metrics of each device.</summary>
    public static readonly Metric[] Devices =
    [
        new("plant_device_info", MetricKind.Gauge, "Always 1; the driver of a device", ["device", "driver"],
            reading => reading.Host.Devices.Select(d => new MetricValue(1, d.Name, d.Model.Driver))),
        Gauge("plant_device_up", "1 while the device is connected and read, else 0", d => d.Status.State == DeviceState.Running ? 1 : 0),
        Counter("plant_device_scans_total", "Scans that were read", d => d.Status.Scans),
        Counter("plant_device_scans_failed_total", "Scans that failed", d => d.Status.Failed),
        Counter("plant_device_scans_skipped_total", "Scans left out because the one before took too long", d => d.Status.Skipped),
        Counter("plant_device_values_total", "Good values of all scans", d => d.Status.Values),
        Counter("plant_device_connects_total", "Connections that were opened", d => d.Status.Connects),
        Counter("plant_device_renewals_total", "Idle connections that the device closed and that were replaced without a failed scan",
            d => d.Status.Renewals),
        Gauge("plant_device_connect_attempts", "Attempts to connect since the connection was lost; 0 while there is one",
            d => d.Status.Attempts),
        Gauge("plant_device_reconnects_in_row", "Connections in a row that were lost without a scan; 0 after a scan",
            d => d.Status.ReconnectsInRow),
        Gauge("plant_device_scan_duration_seconds", "Duration of the last scan that was read", d => d.Status.Cycle.TotalSeconds),
        new("plant_device_scan_delay_seconds", MetricKind.Gauge, "Delay of scans behind their due time that this share of them did not exceed",
            ["device", "share"], Delays),
        new("plant_device_last_scan_age_seconds", MetricKind.Gauge, "Time since the last scan that was read; absent before the first", s_device,
            Ages),
        Gauge("plant_device_tags", "Tags of the device", d => d.Tags.Count),
        Gauge("plant_device_tags_bad", "Tags whose last value is not good", d => d.Status.Latest().Count(s => s.Quality != Quality.Good)),
    ];

    /// <summary>The metrics of each tag that <c>metrics_tags</c> of <c>[web]</c> names.</summary>
    public static readonly Metric[] Tags =
    [
        new("plant_tag_value", MetricKind.Gauge, "Last good value of a tag: a number, or 1 and 0 for true and false; absent for a text, and while "
            + "the quality is not good", s_tag, reading => Selected(reading).Where(s => Number(s) is not null)
                .Select(s => new MetricValue(Number(s)!.Value, s.Tag.Device, s.Tag.Name))),
        new("plant_tag_good", MetricKind.Gauge, "1 while the quality of a tag is good, else 0", s_tag, reading => Selected(reading)
            .Select(s => new MetricValue(s.Quality == Quality.Good ? 1 : 0, s.Tag.Device, s.Tag.Name))),
    ];

    /// <summary>Returns a good value as number, true and false as 1 and 0; null for others.</summary>
    public static double? Number(in Sample sample) =>
        sample.Quality != Quality.Good ? null
        : sample.Value.IsNumber ? sample.Value.Number
        : sample.Value.Kind == ValueKind.Bool ? (sample.Value.Bool ? 1 : 0)
        : null;

    private static IEnumerable<Sample> Selected(SiteReading reading)
    {
        if (reading.Options?.MetricsTags is not { Count: > 0 } patterns) return [];
        return reading.Host.Devices.SelectMany(d => d.Status.Latest())
            .Where(s => patterns.Any(p => FileSystemName.MatchesSimpleExpression(p, $"{s.Tag.Device}.{s.Tag.Name}", ignoreCase: false)));
    }

    private static IEnumerable<MetricValue> Delays(SiteReading reading) => reading.Host.Devices.Where(d => d.Status.Scans > 0)
        .SelectMany(_ => s_shares, (d, q) => new MetricValue(d.Status.Lateness.Percentile(q.Share).TotalSeconds, d.Name, q.Text));

    private static IEnumerable<MetricValue> Ages(SiteReading reading)
    {
        var now = reading.Time.GetUtcNow().UtcDateTime;
        foreach (var device in reading.Host.Devices)
        {
            if (device.Status.LastScan is { } last) yield return new MetricValue(Math.Max(0, (now - last).TotalSeconds), device.Name);
        }
    }

    private static Metric Gauge(string name, string help, Func<DeviceSupervisor, double> read) =>
        Create(name, MetricKind.Gauge, help, read);

    private static Metric Counter(string name, string help, Func<DeviceSupervisor, double> read) =>
        Create(name, MetricKind.Counter, help, read);

    private static Metric Create(string name, MetricKind kind, string help, Func<DeviceSupervisor, double> read) =>
        new(name, kind, help, s_device, reading => reading.Host.Devices.Select(d => new MetricValue(read(d), d.Name)));
}
