using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Loads the site and finds the device for the commands that work on one device (<c>read</c>, <c>browse</c>, <c>trust</c>), and turns
/// failures into an exit code. Keeps no state.
/// </summary>
internal static class DeviceCommand
{
    /// <summary>
    /// Runs <paramref name="work"/> with a device of a site. Writes every failure to <paramref name="errors"/> and returns exit code 1.
    /// </summary>
    public static async Task<int> UseAsync(string folder, string deviceName, TextWriter errors,
        Func<SiteContext, DeviceModel, Task<int>> work)
    {
        using var site = SiteContext.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, new TextWriterTarget(errors)),
            errors);
        if (site is null) return 1;
        if (site.Model.Devices.FirstOrDefault(d => d.Name == deviceName) is not { } device)
        {
            errors.WriteLine(
                $"no device \"{deviceName}\" in {folder}{Nearest.DidYouMean(deviceName, site.Model.Devices.Select(d => d.Name))}");
            return 1;
        }

        try
        {
            return await work(site, device).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            errors.WriteLine($"{device.Name}: {LogText.Sanitize(PluginFault.Describe(exception))}");
            if (exception is NotConnectedException or TimeoutException)
                errors.WriteLine($"plant doctor {folder} says how far it goes and what to do");
            return 1;
        }
    }
}
