using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites;
using PlantRuntime.Host.Status;
using PlantRuntime.Recipes;

namespace PlantRuntime.Host.Plugins;

/// <summary>Turns a device's or sink's table of site.toml into the plugin's typed options, and those into drivers and sinks.</summary>
internal sealed class Opener(SiteModel site, Func<string, string?> environment, TimeProvider time, PlantLog log)
{
    /// <summary>Environment variables by name; null when not set.</summary>
    public Func<string, string?> Environment => environment;

    /// <summary>The same for another site.toml.</summary>
    public Opener For(SiteModel other) => new(other, environment, time, log);

    /// <summary>Makes drivers for a device, as often as it is called; null when the options are wrong. Nothing here does I/O.</summary>
    public Func<IDriver>? Driver(DeviceModel device, IDriverPlugin plugin, ICollection<Problem> problems)
    {
        if (Bind(plugin.OptionsType, device.Settings, DeviceModel.HostKeys, problems) is not { } options) return null;
        return () => plugin.Open(options, Context(device.Name));
    }

    /// <summary>The same for a sink.</summary>
    public Func<ISink>? Sink(SinkModel sink, ISinkPlugin plugin, ICollection<Problem> problems)
    {
        if (Bind(plugin.OptionsType, sink.Settings, SinkModel.HostKeys, problems) is not { } options) return null;
        return () => plugin.Open(options, Context(sink.Name));
    }

    /// <summary>Opens everything once and closes it again, without I/O: finds wrong options and addresses.</summary>
    public async Task<IReadOnlyList<Problem>> CheckAsync(PluginCatalog plugins)
    {
        var problems = new List<Problem>();
        foreach (var device in site.Devices)
        {
            if (plugins.Driver(device.Driver) is { } plugin) await CheckDeviceAsync(device, plugin, problems).ConfigureAwait(false);
        }

        foreach (var sink in site.Sinks)
        {
            if (plugins.Sink(sink.Sink) is not { } plugin || Sink(sink, plugin, problems) is not { } open) continue;
            await TryAsync(sink.At, $"sink {sink.Name}", problems, async () => await open().DisposeAsync().ConfigureAwait(false)).ConfigureAwait(false);
        }

        return problems;
    }

    /// <summary>Every driver or sink that site.toml names and no plugin has.</summary>
    public IReadOnlyList<Problem> Missing(PluginCatalog plugins)
    {
        var refused = plugins.Folders.Where(f => f.Current is null).Select(f => $"{f.FolderName}: {f.Refusal}").ToList();
        var rest = refused.Count == 0 ? "" : $" (refused: {string.Join("; ", refused)})";
        return
        [
            .. site.Devices.Where(d => plugins.Driver(d.Driver) is null).Select(d => Unknown("driver", d.Driver, d.DriverAt, plugins.DriverNames)),
            .. site.Sinks.Where(s => plugins.Sink(s.Sink) is null).Select(s => Unknown("sink", s.Sink, s.SinkAt, plugins.SinkNames)),
        ];

        Problem Unknown(string kind, string name, Position at, IEnumerable<string> known) =>
            new(at, $"no plugin has a {kind} \"{name}\"{Nearest.Hint(name, known, $"; there are {string.Join(", ", known.Order())}")}{rest}");
    }

    private async Task CheckDeviceAsync(DeviceModel device, IDriverPlugin plugin, List<Problem> problems)
    {
        if (Driver(device, plugin, problems) is not { } open) return;
        await TryAsync(device.At, $"device {device.Name}", problems, async () =>
        {
            await using var driver = open();
            try
            {
                driver.Prepare([.. device.Tags.Select(t => t.Definition)]);
                CheckWrites(device, driver, problems);
            }
            catch (AddressException exception)
            {
                problems.AddRange(exception.Problems.Select(p => AtTag(device, p)));
            }
        }).ConfigureAwait(false);
    }

    private static void CheckWrites(DeviceModel device, IDriver driver, List<Problem> problems)
    {
        if (device.WritableAt is not { } at) return;
        if (driver is IWritable writable and not ISubscriber) writable.PrepareWrites([.. device.Tags.Where(t => t.Write is not null).Select(t => t.Definition)]);
        else problems.Add(new Problem(at, $"writable: the driver {device.Driver} cannot write"));
    }

    private static Problem AtTag(DeviceModel device, AddressProblem problem)
    {
        var tag = device.Tags.First(t => t.Name == problem.Tag.Name);
        var at = problem.Column == 0 ? tag.At : tag.AddressAt with { Column = tag.AddressAt.Column + problem.Column - 1 };
        return new Problem(at, $"{device.Name}.{tag.Name}: {problem.Message}");
    }

    private static async Task TryAsync(Position at, string what, List<Problem> problems, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            problems.Add(new Problem(at, $"{what} cannot be opened: {exception.Message}"));
        }
    }

    private object? Bind(Type type, TomlTable table, IReadOnlyList<string> hostKeys, ICollection<Problem> problems)
    {
        var (options, found) = new OptionsBinder(site.Folder, environment).Bind(type, table, hostKeys);
        foreach (var problem in found) problems.Add(problem);
        return options;
    }

    private PluginContext Context(string name) => new(name, site.Name, site.Folder, time, new HostPluginLog(name, time, log)) { Tenant = site.Tenant };
}
