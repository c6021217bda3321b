using System.Diagnostics.Metrics;
using Prometheus;

namespace PlantRuntime.Web.Metrics;

/// <summary>
/// The metrics that .NET and ASP.NET Core measure themselves (System.Diagnostics.Metrics): garbage collector, thread pool, requests and
/// connections of this web server. Owned by <see cref="WebHost"/>, created before the server starts so that no connection is missed.
/// ASP.NET Core calls it on the threads of requests.
/// </summary>
internal sealed class ServerMetrics : IDisposable
{
    private static readonly MetricInfo s_requests = new("plant_http_request_duration_seconds", MetricKind.Histogram,
        "Requests by route, method and status; the route of files of the page and of unknown paths is empty", "route", "method", "code");

    private static readonly MetricInfo s_connections = new("plant_http_connections", MetricKind.Gauge,
        "Open connections to the web server");

    private static readonly MetricInfo s_collections = new("dotnet_gc_collections_total", MetricKind.Counter,
        "Garbage collections by generation", "generation");

    private static readonly MetricInfo s_allocated = new("dotnet_gc_allocated_bytes_total", MetricKind.Counter,
        "Bytes allocated on the heap");

    private static readonly MetricInfo s_pauses = new("dotnet_gc_pause_seconds_total", MetricKind.Counter,
        "Time for which the garbage collector stopped the process");

    private static readonly MetricInfo s_threads = new("dotnet_thread_pool_threads", MetricKind.Gauge, "Threads of the thread pool");

    private static readonly MetricInfo s_work = new("dotnet_thread_pool_queue_length", MetricKind.Gauge,
        "Work that waits for the thread pool");

    /// <summary>Descriptions of the metrics.</summary>
    public static readonly MetricInfo[] All = [s_requests, s_connections, s_collections, s_allocated, s_pauses, s_threads, s_work];

    private readonly CollectorRegistry _registry = Prometheus.Metrics.NewCustomRegistry();
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, Action<double, ReadOnlySpan<KeyValuePair<string, object?>>>> _targets;

    /// <param name="meters">Creates the meters of the web server; those of other servers in the process do not count.</param>
    public ServerMetrics(IMeterFactory meters)
    {
        var factory = Prometheus.Metrics.WithCustomRegistry(_registry);
        var requests = factory.CreateHistogram(
            s_requests.Name, s_requests.Help, s_requests.Labels, new HistogramConfiguration { Buckets = [0.005, 0.05, 0.5, 5] });
        var connections = Gauge(factory, s_connections);
        var collections = Counter(factory, s_collections);
        var (allocated, pauses) = (Counter(factory, s_allocated), Counter(factory, s_pauses));
        var (threads, work) = (Gauge(factory, s_threads), Gauge(factory, s_work));
        _targets = new Dictionary<string, Action<double, ReadOnlySpan<KeyValuePair<string, object?>>>>
        {
            ["http.server.request.duration"] = (value, tags) => requests
                .WithLabels(Tag(tags, "http.route"), Tag(tags, "http.request.method"), Tag(tags, "http.response.status_code"))
                .Observe(value),
            ["kestrel.active_connections"] = (value, _) => connections.Inc(value),
            ["dotnet.gc.collections"] = (value, tags) => collections.WithLabels(Tag(tags, "gc.heap.generation")).IncTo(value),
            ["dotnet.gc.heap.total_allocated"] = (value, _) => allocated.IncTo(value),
            ["dotnet.gc.pause.time"] = (value, _) => pauses.IncTo(value),
            ["dotnet.thread_pool.thread.count"] = (value, _) => threads.Set(value),
            ["dotnet.thread_pool.queue.length"] = (value, _) => work.Set(value),
        };
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            var isOwn = instrument.Meter.Scope == meters || instrument.Meter.Name == "System.Runtime";
            if (isOwn && _targets.TryGetValue(instrument.Name, out var target)) listener.EnableMeasurementEvents(instrument, target);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, tags, target) => Set(value, tags, target));
        _listener.SetMeasurementEventCallback<long>((_, value, tags, target) => Set(value, tags, target));
        _listener.Start();
    }

    /// <summary>Writes the metrics in Prometheus' text format.</summary>
    public Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        _listener.RecordObservableInstruments();
        return _registry.CollectAndExportAsTextAsync(stream, cancel);
    }

    public void Dispose() => _listener.Dispose();

    private static void Set(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? target) =>
        ((Action<double, ReadOnlySpan<KeyValuePair<string, object?>>>)target!)(value, tags);

    private static string Tag(ReadOnlySpan<KeyValuePair<string, object?>> tags, string name)
    {
        foreach (var tag in tags)
        {
            if (tag.Key == name) return tag.Value?.ToString() ?? "";
        }

        return "";
    }

    private static Gauge Gauge(IMetricFactory factory, MetricInfo info) => factory.CreateGauge(info.Name, info.Help, info.Labels);

    private static Counter Counter(IMetricFactory factory, MetricInfo info) => factory.CreateCounter(info.Name, info.Help, info.Labels);
}
