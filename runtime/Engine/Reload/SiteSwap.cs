using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.RecipeHost;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Reload;

/// <summary>
/// Moves a running site to another site.toml, part by part, as the plan says. Recipes swap while the changed devices are stopped and before
/// the changed sinks stop, so that every record of a recipe finds its sink. Created for one reload or rollback and run once, within the
/// host's poll loop; it validates nothing.
/// </summary>
/// <param name="site">The running site.</param>
/// <param name="builder">Builds its recipes from now on.</param>
/// <param name="plugins">Opens its drivers and sinks from now on.</param>
/// <param name="plan">Tells how its parts change.</param>
internal sealed class SiteSwap(SiteRuntime site, RecipeBuilder builder, PluginFactory plugins, ReloadPlan plan)
{
    private static readonly TimeSpan s_stopTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Applies the plan. Called once.</summary>
    /// <param name="swapRecipes">Swaps the recipes.</param>
    /// <param name="cancel">Ends the waits when the host ends, which then stops all parts itself.</param>
    public async Task RunAsync(Func<Task> swapRecipes, CancellationToken cancel)
    {
        var starting = await ApplyDevicesAsync(cancel).ConfigureAwait(false);
        var removed = ApplySinks();

        // Not awaited: the queue thread applies the limits when it can, and a full disk must not delay the reload.
        _ = site.Queue?.ApplyAsync(SiteRuntime.QueuesOf(builder.Site));
        (site.Model, site.Plugins) = (builder.Site, plugins);
        site.Writes.Apply(builder.Site, site.Devices);
        await swapRecipes().ConfigureAwait(false);
        cancel.ThrowIfCancellationRequested();
        foreach (var device in starting) site.Start(device);
        if (removed.Count > 0) await site.FlushAsync().ConfigureAwait(false);
        await Task.WhenAll(removed.Select(sink => RemoveAsync(sink, cancel))).ConfigureAwait(false);
        await Task.WhenAll(site.Sinks.Select(sink => RestartAsync(sink, cancel))).ConfigureAwait(false);

        // Unchanged parts that do not work are tried at once: the edit may have a part in it, such as a port of another device.
        var started = starting.ToHashSet();
        foreach (var device in site.Devices.Where(d => !started.Contains(d))) _ = device.RetryNowAsync();
        foreach (var sink in site.Sinks) _ = sink.RetryNowAsync();
        site.Catalog.UnloadUnused(site.Model.PluginNames);
        site.Recipes.Wake();
        if (removed.Count > 0) site.WarnAboutOrphanedQueues();
    }

    /// <summary>Stops the devices that change or go, and gives all devices their new models.</summary>
    /// <returns>The devices to start.</returns>
    private async Task<List<DeviceSupervisor>> ApplyDevicesAsync(CancellationToken cancel)
    {
        var stopping = site.Devices.Where(d => KindOf(plan.Devices, d.Name) is ChangeKind.Restarts or ChangeKind.Removed);
        await Task.WhenAll(stopping.Select(d => d.StopAsync("site.toml changed", s_stopTimeout))).WaitAsync(cancel).ConfigureAwait(false);
        var devices = builder.Site.Devices.Select(Apply).ToList();
        site.Replace(devices);
        return [.. devices.Where(d => KindOf(plan.Devices, d.Name) is ChangeKind.Restarts or ChangeKind.Added)];
    }

    private DeviceSupervisor Apply(DeviceModel model)
    {
        var device = site.Devices.FirstOrDefault(d => d.Name == model.Name) ?? site.NewDevice(model);
        device.Apply(model, builder.Devices[model.Name]);
        device.Window = builder.Site.Limits.RecipeQueue;
        return device;
    }

    /// <returns>The sinks that nothing uses any more once the recipes are swapped.</returns>
    private List<SinkSupervisor> ApplySinks()
    {
        var before = site.Sinks.ToList();
        site.Replace([.. builder.Site.Sinks.Select(Apply)]);
        List<SinkSupervisor> removed = [.. before.Except(site.Sinks)];
        site.RemovedSinks.AddRange(removed);
        return removed;
    }

    private SinkSupervisor Apply(SinkModel model)
    {
        // A sink whose kind of delivery changes is replaced, because its records wait in another place.
        var sink = site.Sinks.FirstOrDefault(s => s.Name == model.Name && s.Model.Delivery == model.Delivery);
        if (sink is null) return site.NewSink(model);
        if (KindOf(plan.Sinks, sink.Name) != ChangeKind.Restarts) sink.Model = model;
        return sink;
    }

    private async Task RemoveAsync(SinkSupervisor sink, CancellationToken cancel)
    {
        await sink.StopAsync(s_stopTimeout).WaitAsync(cancel).ConfigureAwait(false);
        site.RemovedSinks.Remove(sink);
        site.Close(sink);
    }

    private async Task RestartAsync(SinkSupervisor sink, CancellationToken cancel)
    {
        if (KindOf(plan.Sinks, sink.Name) is not (ChangeKind.Restarts or ChangeKind.Added)) return;
        await sink.StopAsync(s_stopTimeout).WaitAsync(cancel).ConfigureAwait(false);
        sink.Model = builder.Site.Sinks.First(s => s.Name == sink.Name);
        site.Start(sink);
    }

    private static ChangeKind KindOf(IReadOnlyList<PartChange> changes, string name) => changes.First(c => c.Name == name).Kind;
}
