using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Web.Metrics;

/// <summary>
/// The metrics of <c>compat = "edge-agent"</c>: the names, kinds and labels of an agent for one S7 data block, for dashboards and alerts
/// that were made for it. Devices without tags do not count. Stateless; any thread.
/// </summary>
internal static class EdgeAgentMetrics
{
    private static readonly string[] s_mode = ["mode"];

    /// <summary>The metrics.</summary>
    public static readonly Metric[] All =
    [
        Metric.Single("plc_read_ok_total", MetricKind.Counter, "Scans that were read, of all devices",
            r => Devices(r).Sum(d => d.Status.Scans)),
        Metric.Single("plc_read_fail_total", MetricKind.Counter, "Scans that failed, of all devices",
            r => Devices(r).Sum(d => d.Status.Failed)),
        new("plc_publish_ok_total", MetricKind.Counter, "Records that sinks have stored; mode is the plugin, mqtt for instance", s_mode,
            r => r.Host.Sinks.GroupBy(s => s.Model.Sink).Select(g => new MetricValue(g.Sum(s => s.Counts.Delivered), g.Key))),
        new("plc_publish_fail_total", MetricKind.Counter, "Attempts of sinks that failed; mode is the plugin, mqtt for instance", s_mode,
            r => r.Host.Sinks.GroupBy(s => s.Model.Sink).Select(g => new MetricValue(g.Sum(s => s.Failures), g.Key))),
        new("plc_last_value", MetricKind.Gauge, "Last good value of a tag, true and false as 1 and 0; of tags with the same name that of the "
            + "first device", ["name"], LastValues),
        Metric.Single("plc_read_latency_ms", MetricKind.Gauge, "Duration of the last scan in milliseconds, of the slowest device",
            r => Devices(r).Select(d => d.Status.Cycle.TotalMilliseconds).DefaultIfEmpty().Max()),
        Metric.Single("edge_backlog_size", MetricKind.Gauge, "Records that are still to be delivered",
            r => r.Host.Sinks.Sum(s => s.Counts.Waiting)),
        Metric.Single("edge_up", MetricKind.Gauge, "Always 1", _ => 1),
    ];

    private static IEnumerable<DeviceSupervisor> Devices(SiteReading reading) => reading.Host.Devices.Where(d => d.Tags.Count > 0);

    private static IEnumerable<MetricValue> LastValues(SiteReading reading) => Devices(reading).SelectMany(d => d.Status.Latest())
        .DistinctBy(s => s.Tag.Name).Where(s => DeviceMetrics.Number(s) is not null)
        .Select(s => new MetricValue(DeviceMetrics.Number(s)!.Value, s.Tag.Name));
}
