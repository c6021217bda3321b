using PlantRuntime.Engine;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Web.Metrics;

/// <summary>
/// Writes all metrics of the host in Prometheus' text format. Values are read from the counters that the host has anyway, for each scrape
/// into a new registry, so that a removed device leaves no series; between scrapes nothing is kept or done. One scrape at a time; others
/// wait.
/// </summary>
/// <param name="host">The host.</param>
/// <param name="options">The section <c>[web]</c>; null without one.</param>
/// <param name="isStandby">Tells whether another host of the site is active.</param>
/// <param name="server">The metrics of the web server; owned.</param>
/// <param name="time">The clock.</param>
internal sealed class SiteMetrics(
    SiteHost host, WebOptions? options, Func<bool> isStandby, ServerMetrics server, TimeProvider time) : IDisposable
{
    /// <summary>The metrics by group, as docs/metrics.md lists them.</summary>
    public static readonly (string Title, IReadOnlyList<MetricInfo> Metrics)[] Groups =
    [
        ("Site", HostMetrics.Site), ("Devices", DeviceMetrics.Devices), ("Tags", DeviceMetrics.Tags), ("Records", SinkMetrics.Records),
        ("Sinks", SinkMetrics.Sinks), ("Queue", SinkMetrics.Queue), ("Recipes", HostMetrics.Recipes), ("Process", HostMetrics.Process),
        ("Web server and .NET", ServerMetrics.All), ("Edge agent", EdgeAgentMetrics.All),
    ];

    private readonly Metric[] _metrics =
    [
        .. Groups.Where(g => options?.Compat == WebOptions.EdgeAgent || !ReferenceEquals(g.Metrics, EdgeAgentMetrics.All))
            .SelectMany(g => g.Metrics.OfType<Metric>()),
    ];

    private readonly SemaphoreSlim _gate = new(1, 1);

    /// <summary>Writes the metrics.</summary>
    public async Task WriteAsync(Stream stream, CancellationToken cancel)
    {
        await _gate.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            var reading = await SiteReading.CreateAsync(host, options, isStandby(), time, cancel).ConfigureAwait(false);
            var registry = Prometheus.Metrics.NewCustomRegistry();
            var factory = Prometheus.Metrics.WithCustomRegistry(registry);
            foreach (var metric in _metrics) metric.AddTo(factory, reading);
            await registry.CollectAndExportAsTextAsync(stream, cancel).ConfigureAwait(false);
            await server.WriteAsync(stream, cancel).ConfigureAwait(false);
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        server.Dispose();
        _gate.Dispose();
    }
}
