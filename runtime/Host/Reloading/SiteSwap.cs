using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Plugins;
using PlantRuntime.Host.Recipes;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Reloading;

/// <summary>
/// Moves a running site to another site.toml, part by part, as the plan says. Recipes swap while the devices that changed stand still, and
/// before the sinks that change stop: what a recipe hands over always finds somebody who takes it.
/// </summary>
/// <param name="site">The site.</param>
/// <param name="maker">Makes its recipes from now on.</param>
/// <param name="opener">Opens its drivers and sinks from now on.</param>
/// <param name="plan">What becomes of its parts.</param>
/// <param name="moveRecipes">Moves the recipes.</param>
internal sealed class SiteSwap(RunningSite site, RecipeMaker maker, Opener opener, ReloadPlan plan, Func<Task> moveRecipes)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    public async Task RunAsync()
    {
        var starting = await TakeDevicesAsync().ConfigureAwait(false);
        var leaving = TakeSinks();

        // Not waited for: a disk that is full for hours must not hold up the rest.
        _ = site.Queue?.TakeAsync(RunningSite.QueuesOf(maker.Site));
        (site.Model, site.Opener) = (maker.Site, opener);
        site.Writes.Take(maker.Site, site.Devices);
        await moveRecipes().ConfigureAwait(false);
        foreach (var device in starting) site.Start(device);
        if (leaving.Count > 0) await site.FlushAsync().ConfigureAwait(false);
        await Task.WhenAll(leaving.Select(EndAsync)).ConfigureAwait(false);
        await Task.WhenAll(site.Sinks.Select(StartAsync)).ConfigureAwait(false);
        site.Plugins.KeepOnly(site.Model.PluginNames);
        site.Recipes.Wake();
        if (leaving.Count > 0) site.NameOrphans();
    }

    /// <summary>Stops the devices that change or go, and gives all their new models.</summary>
    /// <returns>Those that are to be started.</returns>
    private async Task<List<DeviceRunner>> TakeDevicesAsync()
    {
        var stopping = site.Devices.Where(d => KindOf(plan.Devices, d.Name) is ChangeKind.Restarts or ChangeKind.Removed);
        await Task.WhenAll(stopping.Select(d => d.StopAsync("site.toml changed", s_patience))).ConfigureAwait(false);
        var devices = maker.Site.Devices.Select(Taken).ToList();
        site.Replace(devices);
        return [.. devices.Where(d => KindOf(plan.Devices, d.Name) is ChangeKind.Restarts or ChangeKind.Added)];
    }

    private DeviceRunner Taken(DeviceModel model)
    {
        var device = site.Devices.FirstOrDefault(d => d.Name == model.Name) ?? site.NewDevice(model);
        device.Take(model, maker.Devices[model.Name]);
        device.Window = maker.Site.Limits.RecipeQueue;
        return device;
    }

    /// <returns>Those that nobody uses any more once the recipes are swapped.</returns>
    private List<SinkRunner> TakeSinks()
    {
        var before = site.Sinks.ToList();
        site.Replace([.. maker.Site.Sinks.Select(Taken)]);
        return [.. before.Except(site.Sinks)];
    }

    private SinkRunner Taken(SinkModel model)
    {
        // Where the records wait is part of what a sink is: one with a queue and one without are two.
        var sink = site.Sinks.FirstOrDefault(s => s.Name == model.Name && s.Model.Delivery == model.Delivery);
        if (sink is null) return site.NewSink(model);
        if (KindOf(plan.Sinks, sink.Name) != ChangeKind.Restarts) sink.Model = model;
        return sink;
    }

    private async Task EndAsync(SinkRunner sink)
    {
        await sink.StopAsync(s_patience).ConfigureAwait(false);
        site.End(sink);
    }

    private async Task StartAsync(SinkRunner sink)
    {
        if (KindOf(plan.Sinks, sink.Name) is not (ChangeKind.Restarts or ChangeKind.Added)) return;
        await sink.StopAsync(s_patience).ConfigureAwait(false);
        sink.Model = maker.Site.Sinks.First(s => s.Name == sink.Name);
        site.Start(sink);
    }

    private static ChangeKind KindOf(IReadOnlyList<PartChange> changes, string name) => changes.First(c => c.Name == name).Kind;
}
