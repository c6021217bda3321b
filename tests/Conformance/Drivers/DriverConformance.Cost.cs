using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using PlantRuntime.Conformance.Unload;
using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

public abstract partial class DriverConformance
{
    [SkippableFact]
    public async Task Steady_scans_allocate_nothing()
    {
        await using var driver = await ConnectedAsync();
        var atOnce = AllocatedBytesPerScanAtOnce;
        var cost = await ScanCost.MeasureAsync(driver.Prepare(Tags(Held)), Buffer(Held), atOnce, AllocatedBytesPerScan);
        var allowed = cost.IsSynchronous ? atOnce : AllocatedBytesPerScan;
        Assert.True(cost.BytesPerScan <= allowed, $"a scan allocates {cost.BytesPerScan:0.#} bytes; {allowed} are allowed ({cost})");
    }

    [SkippableFact]
    public Task A_plugin_unloads_after_use() => CollectibleCheck.UnloadsAsync(BuiltPlugin.FileOf(Plugin.GetType().Assembly), UseAsync);

    private bool IsOptimized => Plugin.GetType().Assembly.GetCustomAttribute<DebuggableAttribute>() is not { IsJITOptimizerDisabled: true };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task UseAsync(IPlugin loaded)
    {
        var plugin = Assert.IsType<IDriverPlugin>(loaded, exactMatch: false);
        await using var driver = Open(plugin, OptionsCopy.To(plugin.OptionsType, Options));
        var reader = driver.Prepare(Tags(Held));
        await ConnectAsync(driver);
        await ExpectAsync(reader, Held);
        Assert.Throws<AddressException>(() => driver.Prepare([new TagDefinition("wrong", Wrong[0].Address, Wrong[0].Type)]));
    }
}
