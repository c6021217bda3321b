using PlantRuntime.Contracts;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Devices.Mirrors;

/// <summary>Asks the driver itself, without I/O, and site.toml whether a block can be read or written.</summary>
internal sealed class BlockCheck(SiteModel site, PluginCatalog plugins, Opener opener) : IBlockCheck
{
    public string? Check(string device, string address, int bytes, bool isWritten)
    {
        var model = site.Devices.First(d => d.Name == device);
        if (isWritten && model.Blocks != BlockRight.Write)
            return $"{device} may not be written to: blocks = \"write\" in [devices.{device}] of site.toml allows it";

        // Without its plugin, or with wrong options, the device has an error of its own.
        if (plugins.Driver(model.Driver) is not { } plugin || opener.Driver(model, plugin, []) is not { } open) return null;
        var driver = open();
        try
        {
            if (driver is not IBlockAccess access) return $"the driver {model.Driver} of {device} has no blocks";
            access.PrepareBlock(address, bytes);
            return null;
        }
        catch (FormatException exception)
        {
            return $"{device}: {exception.Message}";
        }
        finally
        {
            driver.DisposeAsync().AsTask().Wait();
        }
    }
}
