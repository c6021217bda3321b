using PlantRuntime.Engine.Sinks;
using PlantRuntime.Queue.Store;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Web.Metrics;

/// <summary>The metrics of records, sinks and the queue. Stateless; any thread.</summary>
internal static class SinkMetrics
{
    private static readonly string[] s_sink = ["sink"];
    private static readonly string[] s_route = ["recipe", "sink"];

    private static readonly (string Name, Func<RouteCounters, long> Read)[] s_outcomes =
    [
        ("delivered", c => c.Delivered), ("expired", c => c.Expired), ("dead_lettered", c => c.DeadLettered), ("dropped", c => c.Dropped),
        ("damaged", c => c.Damaged),
    ];

    /// <summary>The account of each route, which is a recipe and a sink: produced = sum of all outcomes + waiting.</summary>
    public static readonly Metric[] Records =
    [
        new("plant_records_produced_total", MetricKind.Counter, "Records that a recipe has handed over for a sink", s_route,
            reading => Routes(reading).Select(c => new MetricValue(c.Produced, c.Recipe, c.Sink))),
        new("plant_records_total", MetricKind.Counter, "Records by what became of them: delivered, expired (older than max_age), dead_lettered "
            + "(rejected by the sink; lower again after plant queue retry), dropped (queue full), damaged (lost with a file)",
            [.. s_route, "outcome"],
            reading => Routes(reading).SelectMany(_ => s_outcomes, (c, o) => new MetricValue(o.Read(c), c.Recipe, c.Sink, o.Name))),
        new("plant_records_waiting", MetricKind.Gauge, "Records that are still to be delivered", s_route,
            reading => Routes(reading).Select(c => new MetricValue(c.Waiting, c.Recipe, c.Sink))),
    ];

    /// <summary>The metrics of each sink.</summary>
    public static readonly Metric[] Sinks =
    [
        new("plant_sink_info", MetricKind.Gauge, "Always 1; the plugin of a sink and its delivery: queued or direct",
            ["sink", "plugin", "delivery"], reading => reading.Host.Sinks.Select(s => new MetricValue(1, s.Name, s.Model.Sink,
                s.Model.Delivery == DeliveryKind.Direct ? "direct" : "queued"))),
        new("plant_sink_up", MetricKind.Gauge, "1 while the sink works or has nothing to do, 0 while it fails or is parked", s_sink,
            reading => reading.Host.Sinks.Select(s => new MetricValue(s.State is SinkState.Ready or SinkState.Running ? 1 : 0, s.Name))),
        new("plant_sink_failures_total", MetricKind.Counter, "Attempts to deliver or connect that failed", s_sink,
            reading => reading.Host.Sinks.Select(s => new MetricValue(s.Failures, s.Name))),
    ];

    /// <summary>The metrics of the queue.</summary>
    public static readonly Metric[] Queue =
    [
        Gauge("plant_queue_bytes", "Bytes of the queue that wait for a sink", s => s.Bytes),
        Gauge("plant_queue_limit_bytes", "The max_size of the sink's share of the queue", s => s.Limits.MaxSize.Bytes),
        Gauge("plant_queue_oldest_age_seconds", "Age of the oldest record that waits; 0 if none does", s => s.Age?.TotalSeconds ?? 0),
        Gauge("plant_queue_age_limit_seconds", "The max_age of records in the sink's share of the queue",
            s => s.Limits.MaxAge.TotalSeconds),
        Gauge("plant_queue_dead_letters", "Dead letters, which wait for plant queue retry or delete", s => s.DeadLetters),
        new("plant_queue_file_bytes", MetricKind.Gauge, "Size of the queue's file", [],
            reading => reading.FileBytes is { } bytes ? [new MetricValue(bytes)] : []),
        new("plant_queue_failed", MetricKind.Gauge, "1 while the queue cannot store records, else 0; absent while no sink has one", [],
            reading => reading.Host.Queue is { } queue ? [new MetricValue(queue.HasFailed ? 1 : 0)] : []),
    ];

    private static IEnumerable<RouteCounters> Routes(SiteReading reading) => reading.Host.Sinks.SelectMany(s => s.Accounts);

    private static Metric Gauge(string name, string help, Func<QueueShare, double> read) =>
        new(name, MetricKind.Gauge, help, s_sink, reading => reading.Queue.Select(s => new MetricValue(read(s), s.Sink)));
}
