using PlantRuntime.Contracts;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Binding;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Engine.Plugins;

/// <summary>Lists the problems that opening all drivers and sinks of a site once has found. Immutable.</summary>
/// <param name="Settings">Wrong options and addresses, and exceptions of plugins.</param>
/// <param name="Hanging">Plugins that did not open a driver or sink in time; a host starts without these.</param>
internal sealed record PluginCheck(IReadOnlyList<Problem> Settings, IReadOnlyList<Problem> Hanging)
{
    public IEnumerable<Problem> All => Settings.Concat(Hanging);
}

/// <summary>Creates the lease of a site. Immutable.</summary>
/// <param name="Settings">This host, and the expiry of the lease.</param>
/// <param name="Open">Creates the lease, without I/O.</param>
/// <param name="OpenState">Creates the access to the state of the recipes, without I/O; null from it if the server keeps none.</param>
internal sealed record LeaseFactory(LeaseSettings Settings, Func<ILease> Open, Func<ILeaseState?> OpenState);

/// <summary>
/// Converts a device's or sink's table in site.toml to the plugin's typed options, and creates drivers and sinks from these. Immutable; any
/// thread. The functions that it returns run plugin code: callers run them on a plugin thread.
/// </summary>
internal sealed class PluginFactory(SiteModel site, Func<string, string?> environment, TimeProvider time, PlantLog log)
{
    private const int ChecksAtOnce = 32;

    /// <summary>Environment variables by name; null when not set.</summary>
    public Func<string, string?> Environment => environment;

    /// <summary>The traces of the devices, which outlive sessions and reloads.</summary>
    public DeviceTraces Traces { get; private init; } = new(time);

    /// <summary>Returns a factory for another site.toml.</summary>
    public PluginFactory For(SiteModel other) => new(other, environment, time, log) { Traces = Traces };

    /// <summary>
    /// Returns a function that creates a driver for a device at each call; null if the options are wrong. Performs no I/O.
    /// </summary>
    public Func<IDriver>? Driver(DeviceModel device, IDriverPlugin plugin, ICollection<Problem> problems)
    {
        if (Bind(plugin.OptionsType, device.Settings, DeviceModel.HostKeys, problems) is not { } options) return null;
        return () => plugin.Open(options, Context(device.Name, device.TimeZone, device.Poll, Traces.Of(device.Name)));
    }

    /// <summary>Returns a function that creates a sink at each call; null if the options are wrong. Performs no I/O.</summary>
    public Func<ISink>? Sink(SinkModel sink, ISinkPlugin plugin, ICollection<Problem> problems)
    {
        if (Bind(plugin.OptionsType, sink.Settings, SinkModel.HostKeys, problems) is not { } options) return null;
        return () => plugin.Open(options, Context(sink.Name, sink.TimeZone));
    }

    /// <summary>
    /// Returns functions that create the lease of the site, and the access to the state that its server keeps, at each call; null, with a
    /// problem, if the server of its sink keeps none. Performs no I/O.
    /// </summary>
    /// <param name="plugins">The plugins.</param>
    /// <param name="instance">Name of this host.</param>
    /// <param name="problems">Receives the problems.</param>
    public LeaseFactory? Lease(PluginCatalog plugins, string instance, ICollection<Problem> problems)
    {
        var lease = site.LeaseModel!;
        var sink = site.Sinks.First(s => s.Name == lease.Sink);
        if (plugins.Sink(sink.Sink) is not { } plugin) return null;
        if (plugin is not ILeasePlugin leases)
        {
            problems.Add(new Problem(sink.SinkAt, $"the plugin {sink.Sink} keeps no lease: name a sink of another one, such as postgres"));
            return null;
        }

        if (Bind(plugin.OptionsType, sink.Settings, SinkModel.HostKeys, problems) is not { } options) return null;
        var settings = new LeaseSettings(instance, lease.Expiry);
        return new LeaseFactory(
            settings, () => leases.OpenLease(options, Context("lease", sink.TimeZone), settings),
            () => leases.OpenState(options, Context("state", sink.TimeZone)));
    }

    /// <summary>
    /// Opens every driver and sink once, without I/O, and disposes of it: finds wrong options and addresses. Up to 32 checks run at the
    /// same time, so that plugins that hang delay the result by one deadline and not by the sum of theirs.
    /// </summary>
    public async Task<PluginCheck> CheckAsync(PluginCatalog plugins)
    {
        using var room = new SemaphoreSlim(ChecksAtOnce);
        var checks = new List<Task<PluginCheck>>();
        foreach (var device in site.Devices)
        {
            if (plugins.Driver(device.Driver) is { } plugin)
                checks.Add(CheckAsync(device.At, $"device {device.Name}", room, problems => CheckDevice(device, plugin, problems)));
        }

        foreach (var sink in site.Sinks)
        {
            if (plugins.Sink(sink.Sink) is { } plugin)
                checks.Add(CheckAsync(sink.At, $"sink {sink.Name}", room, problems => CheckSink(sink, plugin, problems)));
        }

        var found = await Task.WhenAll(checks).ConfigureAwait(false);
        return new PluginCheck([.. found.SelectMany(c => c.Settings)], [.. found.SelectMany(c => c.Hanging)]);
    }

    /// <summary>Returns every driver and sink that site.toml names and no plugin has.</summary>
    public IReadOnlyList<Problem> Missing(PluginCatalog plugins)
    {
        var refused = plugins.Folders.Where(f => f.Refusal is not null).Select(f => $"{f.FolderName}: {f.Refusal}").ToList();
        var rest = refused.Count == 0 ? "" : $" (refused: {string.Join("; ", refused)})";
        return
        [
            .. site.Devices.Where(d => plugins.Driver(d.Driver) is null)
                .Select(d => Unknown("driver", d.Driver, d.DriverAt, plugins.DriverNames)),
            .. site.Sinks.Where(s => plugins.Sink(s.Sink) is null).Select(s => Unknown("sink", s.Sink, s.SinkAt, plugins.SinkNames)),
        ];

        Problem Unknown(string kind, string name, SourceLocation at, IEnumerable<string> known) =>
            new(at, $"no plugin has a {kind} \"{name}\"{Nearest.DidYouMean(name, known, $"; there are {string.Join(", ", known.Order())}")}{rest}");
    }

    /// <summary>Runs one check on a plugin thread, because a plugin can block it.</summary>
    private async Task<PluginCheck> CheckAsync(SourceLocation at, string what, SemaphoreSlim room, Action<List<Problem>> check)
    {
        await room.WaitAsync().ConfigureAwait(false);
        try
        {
            var run = PluginThread.RunAsync(() =>
            {
                var problems = new List<Problem>();
                check(problems);
                return problems;
            });
            await PluginThread.WithinAsync(run, "opening it", Supervisor.OpenTimeout, time).ConfigureAwait(false);
            return new PluginCheck(await run.ConfigureAwait(false), []);
        }
        catch (TimeoutException exception)
        {
            return new PluginCheck([], [new Problem(at, $"{what} cannot be opened: {exception.Message}")]);
        }
        catch (Exception exception)
        {
            return new PluginCheck([new Problem(at, $"{what} cannot be opened: {PluginFault.Describe(exception)}")], []);
        }
        finally
        {
            room.Release();
        }
    }

    private void CheckSink(SinkModel sink, ISinkPlugin plugin, List<Problem> problems)
    {
        if (Sink(sink, plugin, problems) is { } open) PluginThread.DisposeLater(open());
    }

    private void CheckDevice(DeviceModel device, IDriverPlugin plugin, List<Problem> problems)
    {
        if (Driver(device, plugin, problems) is not { } open) return;
        var driver = open();
        try
        {
            driver.Prepare([.. device.Tags.Select(t => t.Definition)]);
            CheckWrites(device, driver, problems);
        }
        catch (AddressException exception)
        {
            problems.AddRange(exception.Problems.Select(p => AtTag(device, p)));
        }
        finally
        {
            PluginThread.DisposeLater(driver);
        }
    }

    private static void CheckWrites(DeviceModel device, IDriver driver, List<Problem> problems)
    {
        if (device.WritableAt is not { } at) return;
        if (driver is IWritable writable)
            writable.PrepareWrites([.. device.Tags.Where(t => t.Write is not null).Select(t => t.Definition)]);
        else problems.Add(new Problem(at, $"writable: the driver {device.Driver} cannot write"));
    }

    private static Problem AtTag(DeviceModel device, AddressProblem problem)
    {
        var tag = device.Tags.First(t => t.Name == problem.Tag.Name);
        var at = problem.Column == 0 ? tag.At : tag.AddressAt with { Column = tag.AddressAt.Column + problem.Column - 1 };
        return new Problem(at, $"{device.Name}.{tag.Name}: {problem.Message}");
    }

    private object? Bind(Type type, TomlTable table, IReadOnlyList<string> hostKeys, ICollection<Problem> problems)
    {
        var (options, found) = new OptionsBinder(site.Folder, environment).Bind(type, table, hostKeys);
        foreach (var problem in found) problems.Add(problem);
        return options;
    }

    /// <summary>Returns the absolute path of a path in the options of a device, which its plugin writes.</summary>
    public string WritablePathOf(string device, string path) => Context(device, zone: null).WritablePathOf(path);

    private PluginContext Context(string name, TimeZoneInfo? zone, TimeSpan? poll = null, WireTrace? trace = null) =>
        new(name, site.Name, site.Folder, time, new HostPluginLog(name, time, log))
        {
            Tenant = site.Tenant,
            DataFolder = site.DataFolder,
            TimeZone = zone ?? TimeZoneInfo.Utc,
            Poll = poll ?? TimeSpan.FromSeconds(1),
            Trace = trace ?? new WireTrace(time),
        };
}
