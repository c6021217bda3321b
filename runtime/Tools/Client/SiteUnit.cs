using System.ComponentModel;
using System.Diagnostics;
using PlantRuntime.Sites;

namespace PlantRuntime.Tools.Client;

/// <summary>
/// Knows the service of a site that lies in the folder of the sites of services: systemd's unit <c>plantruntime@NAME</c>, or the Windows
/// service <c>plantruntime-NAME</c>. Stateless; starts <c>systemctl</c> and waits for it.
/// </summary>
internal static class SiteUnit
{
    /// <summary>Returns the command that starts the host of a site.</summary>
    /// <param name="site">The site's folder, as the user gave it.</param>
    public static string StartCommand(string site)
    {
        var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(site));
        if (!SiteFolders.IsOfService(folder)) return $"plant run {site}";
        return OperatingSystem.IsWindows() ? $"Start-Service plantruntime-{Path.GetFileName(folder)}"
            : HasSystemd ? $"systemctl start {NameOf(folder)}" : $"plant run {site}";
    }

    /// <summary>Returns why a service has to be stopped first, with the command for it; null if it is stopped.</summary>
    /// <param name="site">Absolute path of the site's folder, which belongs to a service.</param>
    /// <param name="isRunning">True if a host runs the site, whoever started it.</param>
    public static string? WhyNotStopped(string site, bool isRunning)
    {
        if (OperatingSystem.IsWindows() && isRunning)
            return $"a host runs {site}: end it first, a service with Stop-Service plantruntime-{Path.GetFileName(site)}";
        if (!HasSystemd) return null;
        var unit = NameOf(site);
        var isActive = StateOf(unit) is "active" or "activating" or "reloading" or "deactivating";
        return isActive ? $"the service {unit} runs: stop it first with systemctl stop {unit}"
            : isRunning ? $"a host runs {site} beside the stopped service {unit}: end it first" : null;
    }

    private static bool HasSystemd => Directory.Exists("/run/systemd/system");

    private static string NameOf(string site) => $"plantruntime@{Path.GetFileName(site)}";

    private static string StateOf(string unit)
    {
        try
        {
            using var systemctl = Process.Start(new ProcessStartInfo("systemctl", ["show", "-P", "ActiveState", unit])
                { RedirectStandardOutput = true, RedirectStandardError = true });
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
