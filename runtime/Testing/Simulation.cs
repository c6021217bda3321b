using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing;

/// <summary>
/// A site without its plugins: simulated devices, the recipes' real plans, sinks in memory, and a clock that moves only when the test says
/// so. All on the test's thread, always in the same order.
/// </summary>
public sealed class Simulation
{
    private readonly Dictionary<string, SimulatedDevice> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedSink> _sinks = new(StringComparer.Ordinal);
    private readonly Dictionary<Mirror, Beat> _mirrors = [];
    private readonly Faults _faults;
    private List<RunningRecipe>? _recipes;
    private bool _isPassing;

    internal Simulation(ITestBed bed, VirtualTime time, Guard guard)
    {
        (Bed, Time, Guard) = (bed, time, guard);
        _faults = new Faults(bed.PlaceOf);
    }

    internal ITestBed Bed { get; }

    internal VirtualTime Time { get; }

    internal Guard Guard { get; }

    /// <summary>Has begun: a scan came or time went by.</summary>
    internal bool HasBegun => _recipes is not null;

    /// <summary>The recipes that run; none before something happens.</summary>
    internal IReadOnlyList<RunningRecipe> Recipes => _recipes ?? [];

    /// <summary>The sink that stands in for one of site.toml.</summary>
    public SimulatedSink Sink(string name)
    {
        if (!_sinks.TryGetValue(name, out var sink)) _sinks[name] = sink = new SimulatedSink(name, Bed.MaxAge(name), this);
        return sink;
    }

    internal void Add(SimulatedDevice device) => _devices.Add(device.Name, device);

    internal SimulatedDevice Device(string name) => _devices[name];

    internal IEnumerable<string> DeviceNames => _devices.Keys;

    /// <summary>Starts recipes; without names all of the site.</summary>
    internal void Begin(IReadOnlyList<string>? files = null)
    {
        if (_recipes is not null) return;
        _recipes = [];
        foreach (var file in files ?? Bed.Recipes) Start(Bed.Load(file, null, _faults.Add), before: null);
    }

    /// <summary>Puts another version into a recipe's place; what its operators remember goes over.</summary>
    /// <returns>What became of it, as the host's log says it.</returns>
    internal string Replace(string file, Func<string, string>? edit)
    {
        Begin();
        var old = _recipes!.Find(r => r.File == file)
            ?? throw new TestFailedException($"{file} does not run{Nearest.Hint(file, Bed.Recipes)}");
        var carried = Start(Bed.Load(file, edit, _faults.Add), old);
        _faults.Check();
        return carried;
    }

    /// <summary>
    /// Starts all recipes as the host does when it was ended in order and started again: what operators remember is kept, and what waits for
    /// sinks waits on.
    /// </summary>
    internal void Restart()
    {
        Begin();
        foreach (var recipe in _recipes!.ToList()) Start(Bed.Load(recipe.File, null, _faults.Add), recipe);
        foreach (var device in _devices.Values) device.Forget();
    }

    /// <summary>Runs something that a recipe is to fault in.</summary>
    internal void ExpectFault(string words, Action action) => _faults.Expect(words, action);

    internal void Deliver(string device, in ScanMoment moment, ReadOnlySpan<Sample> samples)
    {
        Begin();
        foreach (var recipe in _recipes!) recipe.Push(device, moment, samples);
        _faults.Check();
    }

    /// <summary>Lets time pass up to a timestamp, that included: whatever is due on the way is done at its own moment.</summary>
    /// <param name="end">Where to stop.</param>
    /// <param name="isPolled">True when devices are scanned at their rates.</param>
    /// <param name="before">Called at each moment at which a device is going to be scanned.</param>
    internal void PassUntil(long end, bool isPolled, Action? before)
    {
        if (_isPassing) throw new TestFailedException("time passes already: what is called before a scan may set tags, no more");
        Begin();
        Beat[] polls = isPolled ? [.. _devices.Values.SelectMany(d => d.Polls)] : [];
        foreach (var poll in polls) poll.SkipTo(Time.GetTimestamp());
        _isPassing = true;
        try
        {
            while (Step(end, polls, before) < end)
            {
            }
        }
        finally
        {
            _isPassing = false;
        }
    }

    private long Step(long end, Beat[] polls, Action? before)
    {
        Guard.Check();
        var poll = long.MaxValue;
        foreach (var beat in polls) poll = Math.Min(poll, beat.Due);
        var next = Math.Min(end, poll);
        foreach (var beat in _mirrors.Values) next = Math.Min(next, beat.Due);
        foreach (var recipe in _recipes!)
        {
            next = Math.Min(next, recipe.Plan.Due);
            foreach (var beat in recipe.Beats) next = Math.Min(next, beat.Due);
        }

        Time.MoveTo(next);
        var now = Time.GetTimestamp();
        foreach (var sink in _sinks.Values) sink.Expire();
        foreach (var recipe in _recipes) recipe.Tick(now);
        if (poll <= now) before?.Invoke();
        foreach (var beat in polls) beat.DoIfDue(now);
        foreach (var recipe in _recipes)
        {
            foreach (var beat in recipe.Beats) beat.DoIfDue(now);
        }

        foreach (var beat in _mirrors.Values) beat.DoIfDue(now);
        _faults.Check();
        return now;
    }

    private string Start(RunningRecipe recipe, RunningRecipe? before)
    {
        foreach (var route in recipe.Plan.Routes) route.Output = new SimulatedOutput([.. route.Sinks.Select(Sink)]);
        foreach (var point in recipe.Plan.Writes) point.Output = new SimulatedWrites(point, _devices[point.Device]);
        foreach (var image in recipe.Plan.Images) image.Output = Bed.Image(image, _devices[image.Device].Block(image.Address));
        var carried = "";
        if (before is null)
        {
            _recipes!.Add(recipe);
        }
        else
        {
            carried = recipe.Plan.Load(before.Plan.Save()).ToString();
            before.Unload();
            _recipes![_recipes.IndexOf(before)] = recipe;
        }

        var decoded = recipe.Plan.Decodings.Select(d => new DecodedBlock(d, _devices[d.Device], recipe, Time));
        recipe.Beats = [.. decoded.Select(d => new Beat(d.Every, Time.GetTimestamp(), d.Read))];
        StateMirrors();
        recipe.Plan.Start();
        return carried;
    }

    /// <summary>Mirrors that a recipe states run, once each; those that go on keep their rhythm.</summary>
    private void StateMirrors()
    {
        var stated = _recipes!.SelectMany(r => r.Plan.Mirrors).ToHashSet();
        foreach (var gone in _mirrors.Keys.Where(m => !stated.Contains(m)).ToList()) _mirrors.Remove(gone);
        foreach (var mirror in stated.Where(m => !_mirrors.ContainsKey(m)))
        {
            var source = _devices[mirror.Source].Block(mirror.SourceAddress);
            var target = _devices[mirror.Target].Block(mirror.TargetAddress);
            var copy = Bed.Mirror(mirror, source, target);
            _mirrors.Add(mirror, new Beat(mirror.Every, Time.GetTimestamp(), copy));
        }
    }
}
