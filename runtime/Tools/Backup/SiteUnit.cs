using System.ComponentModel;
using System.Diagnostics;

namespace PlantRuntime.Tools.Backup;

/// <summary>
/// Asks systemd for the unit of a service's site, <c>plantruntime@NAME</c>, which may start the host again at any time. Stateless; starts
/// <c>systemctl</c> and waits for it.
/// </summary>
internal static class SiteUnit
{
    /// <summary>Returns why a service has to be stopped first, with the command for it; null if it is stopped.</summary>
    /// <param name="site">Absolute path of the site's folder.</param>
    /// <param name="isRunning">True if a host runs the site, whoever started it.</param>
    public static string? WhyNotStopped(string site, bool isRunning)
    {
        var name = Path.GetFileName(site);
        if (OperatingSystem.IsWindows()) return isRunning ? $"a host runs {site}: end it first, a service with Stop-Service plantruntime-{name}" : null;
        var unit = $"plantruntime@{name}";
        if (!Directory.Exists("/run/systemd/system")) return null;
        var isActive = StateOf(unit) is "active" or "activating" or "reloading" or "deactivating";
        return isActive ? $"the service {unit} runs: stop it first with systemctl stop {unit}"
            : isRunning ? $"a host runs {site} beside the stopped service {unit}: end it first" : null;
    }

    private static string StateOf(string unit)
    {
        try
        {
            using var systemctl = Process.Start(
                new ProcessStartInfo("systemctl", ["show", "-P", "ActiveState", unit]) { RedirectStandardOutput = true, RedirectStandardError = true });
            var state = systemctl!.StandardOutput.ReadToEnd().Trim();
            systemctl.WaitForExit();
            return state;
        }
        catch (Win32Exception)
        {
            return "";
        }
    }
}
