using System.Collections.Concurrent;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Devices.Writing;
using PlantRuntime.Host.Recipes.Running;
using PlantRuntime.Host.Sites;
using PlantRuntime.Recipes;
using PlantRuntime.Testing;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Host.Testing;

/// <summary>One test's site: what the host knows of it, and its recipes through the host's own loader.</summary>
internal sealed class SiteTestBed : ITestBed
{
    private readonly TestSite _site;
    private readonly VirtualTime _time;
    private readonly RecipeLoader _loader;
    private readonly Dictionary<string, IReadOnlyList<Tag>> _tags;
    private readonly ConcurrentQueue<Guard> _guards = new();
    private volatile string? _stopped;

    public SiteTestBed(TestSite site, VirtualTime time)
    {
        (_site, _time) = (site, time);
        _tags = site.Model.Devices.ToDictionary(d => d.Name, d => d.MakeTags());
        _loader = new RecipeLoader(site.Model, _tags, site.Blocks, site.Time, time);
    }

    public string Folder => _site.Model.Folder;

    public IReadOnlyList<string> Recipes => _site.Recipes;

    /// <summary>Stops every recipe of the test, those too that are loaded later. May be called from any thread.</summary>
    public void Stop(string reason)
    {
        _stopped = reason;
        foreach (var guard in _guards) guard.Stop(reason);
    }

    public DeviceShape Device(string name)
    {
        var model = _site.Model.Devices.First(d => d.Name == name);

        // A test speaks of values as recipes see them: only the ranges are left to apply.
        var groups = model.Tags.Select(t => t with { Scale = null, Offset = null }).Zip(_tags[name])
            .GroupBy(t => t.First.Poll ?? model.Poll)
            .Select(g => new ScanGroup(g, g.Key, _time))
            .Select(g => new GroupShape(g.Buffer, g.Poll, g.Refine));
        return new DeviceShape(name, _tags[name], [.. model.Tags.Select(FirstValue)], [.. groups]);
    }

    public TimeSpan MaxAge(string sink) => _site.Model.Sinks.First(s => s.Name == sink) is { Delivery: DeliveryKind.Queued } model
        ? model.Queue.MaxAge
        : TimeSpan.MaxValue;

    public RunningRecipe Load(string file, Func<string, string>? edit, Action<Exception> fault)
    {
        var compiled = edit is null ? _site.Compiled(file) : _site.CompileEdited(file, edit);
        var problems = new List<Problem>(compiled.Problems);
        var loaded = problems.Count > 0 ? null : _loader.LoadAsync(file, compiled, fault, problems, []).GetAwaiter().GetResult();
        if (loaded is null) throw new TestFailedException(_site.Shown($"{file} has errors\n  {string.Join("\n  ", problems)}"));
        _guards.Enqueue(loaded.Guard);
        if (_stopped is { } reason) loaded.Guard.Stop(reason);
        return new RunningRecipe(file, loaded.Plan, loaded.Guard, () => loaded.Assembly.Unload());
    }

    public string? WriteObjection(string device, string tag, Value value) =>
        WriteRules.Objection(_site.Model, device, tag)
        ?? WriteRules.Objection(_site.Model.Devices.First(d => d.Name == device).Tags.First(t => t.Name == tag), value);

    public Action Mirror(Mirror mirror, SimulatedBlock source, SimulatedBlock target) =>
        new SimulatedMirror(mirror, source, target, _time).Copy;

    public IImageOutput Image(ImagePoint point, SimulatedBlock target) => new SimulatedImage(point, target, _time);

    public string PlaceOf(Exception exception) => _site.Shown(RecipePosition.Of(exception, Folder, word: null).ToString());

    private static Value FirstValue(TagModel tag)
    {
        var nearest = Math.Max(tag.Low ?? 0, Math.Min(tag.High ?? 0, 0));
        return nearest == 0 ? 0 : nearest;
    }
}
