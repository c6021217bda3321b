using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Cli;

/// <summary>What every command that works on one device begins with.</summary>
internal static class DeviceSite
{
    /// <summary>Does <paramref name="work"/> with a device of a site; what goes wrong is said, and is exit code 1.</summary>
    public static async Task<int> UseAsync(string folder, string deviceName, TextWriter errors, Func<OpenSite, DeviceModel, Task<int>> work)
    {
        using var site = OpenSite.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new ConsoleTarget(errors)), errors);
        if (site is null) return 1;
        if (site.Model.Devices.FirstOrDefault(d => d.Name == deviceName) is not { } device)
        {
            errors.WriteLine($"no device \"{deviceName}\" in {folder}{Nearest.Hint(deviceName, site.Model.Devices.Select(d => d.Name))}");
            return 1;
        }

        try
        {
            return await work(site, device).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            errors.WriteLine($"{device.Name}: {DriverFault.Describe(exception)}");
            if (exception is NotConnectedException or TimeoutException) errors.WriteLine($"plant doctor {folder} says how far it goes and what to do");
            return 1;
        }
    }
}
