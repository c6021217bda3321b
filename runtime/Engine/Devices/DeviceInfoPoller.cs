using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Reads the properties that a device reports about itself, after each connect and every 30 s, and logs those that changed. Owned by one
/// <see cref="DeviceSupervisor"/>; the host's supervision loop calls <see cref="Poll"/>, which never blocks: the query runs on the device
/// session's loop between two scans. A failed query is not logged above Debug.
/// </summary>
internal sealed class DeviceInfoPoller(DeviceSupervisor device, TimeProvider time, PlantLog log)
{
    // 100: bounds the list that a plugin returns, which is kept and logged.
    private const int MaxProperties = 100;
    private const int MaxName = 64;
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);
    private IReadOnlyList<DeviceProperty> _logged = [];
    private Task _query = Task.CompletedTask;
    private long _connects;
    private long _queried;

    /// <summary>Called every second: starts a query when it is due and none is running.</summary>
    public void Poll()
    {
        var connects = device.Status.Connects;
        if (device.Status.State != DeviceState.Running || !_query.IsCompleted) return;
        if (connects == _connects && time.GetElapsedTime(_queried) < s_every) return;
        (_connects, _queried) = (connects, time.GetTimestamp());
        _query = QueryAsync();
    }

    private async Task QueryAsync()
    {
        try
        {
            var properties = await device.AskAsync(DescribeAsync).ConfigureAwait(false);
            device.Status.Facts = properties;
            Log(properties.Where(p => !_logged.Contains(p)).ToList());
            _logged = properties;
        }
        catch (Exception exception)
        {
            // The session reports a lost connection; a device that does not answer this is queried again.
            if (log.IsDebug) log.Debug($"FACTS device={device.Name} reason=\"{PluginFault.Describe(exception)}\"");
        }
    }

    /// <summary>
    /// Copies the driver's list into an array with safe texts, because the type of the list belongs to the plugin and would keep it loaded.
    /// Runs on the device session's loop.
    /// </summary>
    private static async ValueTask<DeviceProperty[]> DescribeAsync(IDriver driver, CancellationToken cancel)
    {
        var properties = await ((IDescribed)driver).DescribeAsync(cancel).ConfigureAwait(false);
        return
        [
            .. properties.Where(p => p is { Name: not null, Text: not null }).Take(MaxProperties)
                .Select(p => new DeviceProperty(ToKey(p.Name), LogText.Sanitize(p.Text), p.IsWrong)),
        ];
    }

    /// <summary>The name as the key of a log line: letters, digits and <c>_ - .</c>, at most 64 of them.</summary>
    private static string ToKey(string name) =>
        string.Concat(name.Take(MaxName).Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_'));

    private void Log(List<DeviceProperty> changed)
    {
        if (changed.Count == 0) return;
        var level = changed.Exists(p => p.IsWrong) ? LogLevel.Warn : LogLevel.Info;
        log.Write(level, $"FACTS device={device.Name}{LogFields.Join(changed.Select(p => LogFields.From($"{p.Name}=\"{p.Text}\"")))}");
    }
}
