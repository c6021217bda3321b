using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Engine.RecipeHost.Build;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Testing;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Gives one test what it needs of a host: the site's devices and sinks, and recipes loaded with the loader of the real host. Created by
/// <see cref="TestFile"/> for one test; called by the <see cref="Simulation"/> on the thread of the test, except <see cref="Stop"/>.
/// Connects to no device and no sink.
/// </summary>
internal sealed class SiteTestHost : ITestHost
{
    private readonly TestSite _site;
    private readonly VirtualTime _time;
    private readonly RecipeLoader _loader;
    private readonly Dictionary<string, IReadOnlyList<Tag>> _tags;
    private readonly ConcurrentQueue<ExecutionGuard> _guards = new();
    private volatile string? _stopped;

    public SiteTestHost(TestSite site, VirtualTime time)
    {
        (_site, _time) = (site, time);
        Status = new SimulatedStatus(time);
        _tags = site.Model.Devices.ToDictionary(d => d.Name, d => d.CreateTags());
        _loader = new RecipeLoader(site.Model, _tags, site.Blocks, site.Time, time, Status);
    }

    public SimulatedStatus Status { get; }

    public string Folder => _site.Model.Folder;

    public IReadOnlyList<string> Recipes => _site.Recipes;

    /// <summary>Stops every recipe of the test, including those loaded later. Callable from any thread.</summary>
    public void Stop(string reason)
    {
        _stopped = reason;
        foreach (var guard in _guards) guard.Stop(reason);
    }

    /// <summary>Describes a device for the simulation: tags, first values, poll groups with their range.</summary>
    public DeviceDefinition Device(string name)
    {
        var model = _site.Model.Devices.First(d => d.Name == name);

        // A test sets values as recipes see them, so that of scale, offset and range only the range is applied.
        var groups = model.Tags.Select(t => t with { Scale = null, Offset = null }).Zip(_tags[name])
            .GroupBy(t => t.First.Poll ?? model.Poll)
            .Select(g => new ScanGroup(g, g.Key))
            .Select(g => new PollGroupDefinition(g.Buffer, g.Poll, g.ApplyScaleAndRange));
        return new DeviceDefinition(name, _tags[name], [.. model.Tags.Select(FirstValue)], [.. groups]);
    }

    public TimeSpan MaxAge(string sink) => _site.Model.Sinks.First(s => s.Name == sink) is { Delivery: DeliveryKind.Queued } model
        ? model.Queue.MaxAge
        : TimeSpan.MaxValue;

    /// <summary>Compiles a recipe if it is edited, and loads it. Blocks the thread of the test meanwhile.</summary>
    public RunningRecipe Load(string file, Func<string, string>? edit, Action<Exception> fault)
    {
        var compiled = edit is null ? _site.Compiled(file) : _site.CompileEdited(file, edit);
        var problems = new List<Problem>(compiled.Problems);
        var loaded = problems.Count > 0 ? null : _loader.LoadAsync(file, compiled, fault, problems, []).GetAwaiter().GetResult();
        if (loaded is null) throw new TestFailedException(_site.RestoreNames($"{file} has errors\n  {string.Join("\n  ", problems)}"));
        _guards.Enqueue(loaded.Guard);
        if (_stopped is { } reason) loaded.Guard.Stop(reason);
        return new RunningRecipe(file, loaded.Plan, loaded.Guard, () => loaded.Assembly.Unload());
    }

    public string? TryWrite(string device, string tag, Value value, out Value held)
    {
        held = value;
        if (WriteRules.WhyRefused(_site.Model, device, tag) is { } rule) return rule;
        var model = _site.Model.Devices.First(d => d.Name == device).Tags.First(t => t.Name == tag);
        return WriteRules.WhyRefused(model, value) ?? _site.Types.TryHold(device, model, value, out held);
    }

    public Action Mirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target) =>
        new SimulatedMirror(mirror, source, target, _time).Copy;

    public IBlockOutput Image(BlockEncoding point, SimulatedBlock target) => new SimulatedBlockOutput(point, target, _time);

    public string LocationOf(Exception exception) => _site.RestoreNames(RecipePosition.Of(exception, Folder, word: null).ToString());

    private static Value FirstValue(TagModel tag)
    {
        var nearest = Math.Max(tag.Low ?? 0, Math.Min(tag.High ?? 0, 0));
        return nearest == 0 ? 0 : nearest;
    }
}
