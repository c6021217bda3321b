using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Tells systemd the state of the host, if a unit of <c>Type=notify</c> started it (sd_notify(3)): ready, alive, stopping. The supervision
/// loop reports that it is alive, so that systemd restarts a host whose loop hangs; before it starts, the loop of a lease does. Owned by
/// <c>plant run</c>; any thread. Never throws; a notification that cannot be sent is left out, and systemd decides by the next one.
/// </summary>
internal sealed class ServiceNotifier
{
    private readonly SystemdNotifier _systemd = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan? _every;
    private readonly Lock _gate = new();
    private long? _reported;
    private bool _isStandby;

    /// <param name="time">The clock.</param>
    public ServiceNotifier(TimeProvider time)
    {
        _time = time;

        // The unit's WatchdogSec, in microseconds, for the process that it names. A third of it leaves room for a slow round of the loop.
        var isMeant = Environment.GetEnvironmentVariable("WATCHDOG_PID") is not { Length: > 0 } pid
            || pid == Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        if (isMeant && long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var timeout)
            && timeout > 0)
            _every = TimeSpan.FromMicroseconds(timeout / 3);
    }

    /// <summary>Reports that the host waits for its lease, which completes the start of the unit: the wait has no limit.</summary>
    public void ReportStandby()
    {
        lock (_gate) _isStandby = true;
        Send("READY=1\nSTATUS=standby: another host may be active, this one waits for the lease");
    }

    /// <summary>Reports that the host has started, and that its supervision loop runs from now on.</summary>
    /// <param name="status">The parts that run, for <c>systemctl status</c>; one line.</param>
    public void ReportReady(string status)
    {
        lock (_gate) _isStandby = false;
        Send($"READY=1\nSTATUS={status}");
    }

    /// <summary>Reports that the host ends.</summary>
    public void ReportStopping() => Send("STOPPING=1\nSTATUS=stopping: sinks deliver what they can");

    /// <summary>Reports a round of the supervision loop; systemd gets it at most as often as its watchdog needs.</summary>
    public void ReportAlive() => ReportAlive(isSupervision: true);

    /// <summary>Reports a poll of the lease. It counts from <see cref="ReportStandby"/> to <see cref="ReportReady"/> only.</summary>
    public void ReportLease() => ReportAlive(isSupervision: false);

    private void ReportAlive(bool isSupervision)
    {
        if (_every is not { } every) return;
        lock (_gate)
        {
            if (isSupervision == _isStandby || (_reported is { } last && _time.GetElapsedTime(last) < every)) return;
            _reported = _time.GetTimestamp();
        }

        Send("WATCHDOG=1");
    }

    private void Send(string state)
    {
        if (!_systemd.IsEnabled) return;
        try
        {
            _systemd.Notify(new ServiceState(state));
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // systemd is being restarted, or its socket was removed: nobody listens.
        }
    }
}
