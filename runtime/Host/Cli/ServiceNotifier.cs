using System.Globalization;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting.Systemd;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Tells systemd the state of the host, if a unit of <c>Type=notify</c> started it (sd_notify(3)): ready, alive, stopping. The supervision
/// loop reports that it is alive, so that systemd restarts a host whose loop hangs. Owned by <c>plant run</c>; <see cref="ReportAlive"/> is
/// called by one loop at a time. Never throws; a notification that cannot be sent is left out, and systemd decides by the next one.
/// </summary>
internal sealed class ServiceNotifier
{
    private readonly SystemdNotifier _systemd = new();
    private readonly TimeProvider _time;
    private readonly TimeSpan? _every;
    private long? _reported;

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

    /// <summary>Reports that the host has started, or waits for its lease; the first call completes the start of the unit.</summary>
    /// <param name="status">What it does, for <c>systemctl status</c>; one line.</param>
    public void ReportReady(string status) => Send($"READY=1\nSTATUS={status}");

    /// <summary>Reports that the host ends.</summary>
    public void ReportStopping() => Send("STOPPING=1\nSTATUS=stopping: sinks deliver what they can");

    /// <summary>Reports that the calling loop has finished a round; systemd gets it at most as often as its watchdog needs.</summary>
    public void ReportAlive()
    {
        if (_every is not { } every || (_reported is { } last && _time.GetElapsedTime(last) < every)) return;
        _reported = _time.GetTimestamp();
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
