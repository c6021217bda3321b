using Prometheus;

namespace PlantRuntime.Web.Metrics;

/// <summary>Classifies metrics as Prometheus does.</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,
}

/// <summary>Describes one metric for its users. Immutable.</summary>
/// <param name="Name">Its name, with the base unit as Prometheus' naming rules demand.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Help">One sentence without a full stop.</param>
/// <param name="Labels">The names of its labels.</param>
internal record MetricInfo(string Name, MetricKind Kind, string Help, params string[] Labels);

/// <summary>The value of one series. Immutable.</summary>
/// <param name="Value">The value in the unit that the metric's name states.</param>
/// <param name="Labels">The values of the metric's labels, in their order.</param>
internal readonly record struct MetricValue(double Value, params string[] Labels);

/// <summary>A metric whose values are read from the host for each scrape; it keeps none itself. Immutable.</summary>
internal sealed record Metric(
    string Name, MetricKind Kind, string Help, string[] Labels, Func<SiteReading, IEnumerable<MetricValue>> Read)
    : MetricInfo(Name, Kind, Help, Labels)
{
    /// <summary>Creates a metric with one series.</summary>
    public static Metric Single(string name, MetricKind kind, string help, Func<SiteReading, double> read) =>
        new(name, kind, help, [], reading => [new MetricValue(read(reading))]);

    /// <summary>Creates the metric in a registry and sets its series.</summary>
    public void AddTo(IMetricFactory factory, SiteReading reading)
    {
        if (Kind == MetricKind.Counter)
        {
            var counter = factory.CreateCounter(Name, Help, Labels, new CounterConfiguration { SuppressInitialValue = true });
            foreach (var (value, labels) in Read(reading)) counter.WithLabels(labels).IncTo(value);
            return;
        }

        var gauge = factory.CreateGauge(Name, Help, Labels, new GaugeConfiguration { SuppressInitialValue = true });
        foreach (var (value, labels) in Read(reading)) gauge.WithLabels(labels).Set(value);
    }
}
