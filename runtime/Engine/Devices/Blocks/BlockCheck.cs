using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Devices.Blocks;

/// <summary>
/// Checks without I/O whether the driver and site.toml allow a block to be read or written. Called on a recipe thread while a recipe is
/// built; opens a driver on a plugin thread and blocks until that returns, at most 4 s. A driver that hangs is asked only once.
/// </summary>
internal sealed class BlockCheck(SiteModel site, PluginCatalog plugins, PluginFactory opener) : IBlockCheck
{
    private readonly ConcurrentDictionary<string, string> _hanging = new(StringComparer.Ordinal);

    public string? Check(string device, string address, int bytes, bool isWritten)
    {
        var model = site.Devices.First(d => d.Name == device);
        if (isWritten && model.Blocks != BlockAccess.Write)
            return $"{device} may not be written to: blocks = \"write\" in [devices.{device}] of site.toml allows it";

        // A missing plugin and wrong options are reported as errors of the device.
        if (plugins.Driver(model.Driver) is not { } plugin || opener.Driver(model, plugin, []) is not { } open) return null;
        if (_hanging.TryGetValue(device, out var hanging)) return hanging;
        var check = PluginThread.RunAsync(() => Check(model, open, address, bytes));
        if (check.Wait(Supervisor.OpenTimeout)) return check.Result;
        return _hanging[device] =
            $"{device}: its driver {model.Driver} did not check the block within {Supervisor.OpenTimeout.TotalSeconds:0} s";
    }

    private static string? Check(DeviceModel model, Func<IDriver> open, string address, int bytes)
    {
        IDriver? driver = null;
        try
        {
            driver = open();
            if (driver is not IBlockAccess access) return $"the driver {model.Driver} of {model.Name} has no blocks";
            access.PrepareBlock(address, bytes);
            return null;
        }
        catch (FormatException exception) when (exception.GetType() == typeof(FormatException))
        {
            // The contract's exception for a wrong address or length.
            return $"{model.Name}: {LogText.Sanitize(exception.Message)}";
        }
        catch (Exception exception)
        {
            return $"{model.Name}: {PluginFault.Describe(exception)}";
        }
        finally
        {
            if (driver is not null) PluginThread.DisposeLater(driver);
        }
    }
}
