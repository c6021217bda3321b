using PlantRuntime.Contracts;
using PlantRuntime.Recipes;

namespace PlantRuntime.Testing.Running;

/// <summary>
/// Tells the recipes of a test about a host that does not exist: the test raises the alerts, and the report counts what the simulated
/// devices delivered. Belongs to one test host; used on the test's thread.
/// </summary>
internal sealed class SimulatedStatus(VirtualTime time) : ISiteStatus
{
    private readonly List<Alert> _alerts = [];
    private long _values;
    private DateTime? _lastScan;

    public string Run => "test";

    public long LastAlert => _alerts.Count;

    /// <summary>Returns the devices as they are now; set by the simulation.</summary>
    public Func<IReadOnlyList<DeviceHealth>> Devices { get; set; } = () => [];

    public IReadOnlyList<Alert> AlertsAfter(long number) => [.. _alerts.Where(a => a.Number > number)];

    /// <summary>Begins or ends a state of the plant.</summary>
    public void Raise(AlertKind kind, string subject, bool isActive, string reason) =>
        _alerts.Add(new Alert(_alerts.Count + 1, time.UtcNow, kind, subject, isActive, reason));

    /// <summary>Counts a scan of a simulated device.</summary>
    public void Count(ReadOnlySpan<Sample> samples)
    {
        foreach (ref readonly var sample in samples) _values += sample.Quality == Quality.Good ? 1 : 0;
        _lastScan = time.UtcNow;
    }

    public HealthReport Health()
    {
        var devices = Devices();
        return new HealthReport(time.UtcNow, devices.Count, devices.Count(d => d.Reason is null), _values, _lastScan, 0, 0, 0, devices, []);
    }
}
