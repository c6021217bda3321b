using PlantRuntime.Contracts;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Testing.Running;

namespace PlantRuntime.Testing;

/// <summary>
/// A site without plugins: simulated devices, the real plans of the recipes, sinks in memory, and a clock that only the test advances.
/// Everything runs on the thread of the test, always in the same order.
/// </summary>
public sealed class Simulation
{
    private const int MaxAnswers = 100_000;
    private readonly Dictionary<string, SimulatedDevice> _devices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SimulatedSink> _sinks = new(StringComparer.Ordinal);
    private readonly Dictionary<Mirror, PeriodicAction> _mirrors = [];
    private readonly RecipeFaults _faults;
    private List<RunningRecipe>? _recipes;
    private bool _isPassing;
    private bool _isAnswering;

    internal Simulation(ITestHost bed, VirtualTime time, ExecutionGuard guard)
    {
        (Host, Time, Guard) = (bed, time, guard);
        _faults = new RecipeFaults(bed.LocationOf);
        bed.Status.Devices = () => [.. _devices.Values.Select(Describe)];
    }

    internal ITestHost Host { get; }

    internal VirtualTime Time { get; }

    internal ExecutionGuard Guard { get; }

    /// <summary>True after the first scan or the first advance of the time.</summary>
    internal bool HasBegun => _recipes is not null;

    /// <summary>The running recipes; none before the start.</summary>
    internal IReadOnlyList<RunningRecipe> Recipes => _recipes ?? [];

    /// <summary>Returns the simulated sink for a sink of site.toml.</summary>
    public SimulatedSink Sink(string name)
    {
        if (!_sinks.TryGetValue(name, out var sink)) _sinks[name] = sink = new SimulatedSink(name, Host.MaxAge(name), this);
        return sink;
    }

    internal void Add(SimulatedDevice device) => _devices.Add(device.Name, device);

    internal SimulatedDevice Device(string name) => _devices[name];

    internal IEnumerable<string> DeviceNames => _devices.Keys;

    /// <summary>Starts these recipes; by default all recipes of the site.</summary>
    internal void Begin(IReadOnlyList<string>? files = null)
    {
        if (_recipes is not null) return;
        _recipes = [];
        foreach (var file in files ?? Host.Recipes) Start(Host.Load(file, null, _faults.Add), before: null);
    }

    /// <summary>Replaces a recipe by another version and transfers its state.</summary>
    /// <returns>The result of the transfer, in the form of the host's log.</returns>
    internal string Replace(string file, Func<string, string>? edit)
    {
        Begin();
        var old = _recipes!.Find(r => r.File == file)
            ?? throw new TestFailedException($"{file} does not run{Nearest.DidYouMean(file, Host.Recipes)}");
        var carried = Start(Host.Load(file, edit, _faults.Add), old);
        _faults.Check();
        return carried;
    }

    /// <summary>
    /// Restarts all recipes as after a stop and start of the host: the state of operators and the waiting records of sinks are kept.
    /// </summary>
    internal void Restart()
    {
        Begin();
        foreach (var recipe in _recipes!.ToList()) Start(Host.Load(recipe.File, null, _faults.Add), recipe);
        foreach (var device in _devices.Values) device.ResetScanNumbers();
    }

    /// <summary>Runs an action in which a recipe must throw an exception.</summary>
    internal void ExpectFault(string words, Action action) => _faults.Expect(words, action);

    internal void Deliver(string device, in SimulatedScanInfo moment, ReadOnlySpan<Sample> samples)
    {
        Begin();
        if (moment.Failure is null) Host.Status.Count(samples);
        foreach (var recipe in _recipes!) recipe.Push(device, moment, samples);
        RunAnswers();
        _faults.Check();
    }

    /// <summary>Advances the time to a timestamp, inclusive; everything that is due runs at its own time.</summary>
    /// <param name="end">Monotonic timestamp of the end.</param>
    /// <param name="isPolled">True to scan devices at their poll rates.</param>
    /// <param name="before">Called before each scan of a device.</param>
    internal void PassUntil(long end, bool isPolled, Action? before)
    {
        if (_isPassing) throw new TestFailedException("time is already advancing: a callback before a scan can only set tags");
        Begin();
        PeriodicAction[] polls = isPolled ? [.. _devices.Values.SelectMany(d => d.Polls)] : [];
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

    /// <summary>Runs the answers that are due, and those to the questions that they lead to.</summary>
    internal void RunAnswers()
    {
        if (_isAnswering) return;
        _isAnswering = true;
        try
        {
            var now = Time.GetTimestamp();
            for (var count = 0; _sinks.Values.FirstOrDefault(s => s.AnswerDue <= now) is { } sink; count++)
            {
                if (count == MaxAnswers) throw new TestFailedException($"answers of {sink.Name} lead to questions without end");
                var (question, answer) = sink.DequeueAnswer();
                if (Recipes.FirstOrDefault(r => r.File == question.Recipe) is { } recipe) recipe.TryPush(question.Question, answer, now);
            }
        }
        finally
        {
            _isAnswering = false;
        }

        _faults.Check();
    }

    private static SimulatedQuestion? QuestionOf(RunningRecipe recipe, Route route) => route.Question is not { } name ? null
        : new SimulatedQuestion(recipe.File, name, recipe.Plan.Questions.First(q => q.Name == name).Limits.MaxAge);

    private static DeviceHealth Describe(SimulatedDevice device) =>
        new(device.Name, device.Failure is null ? "Running" : "Reconnecting", device.Failure, 0, 0, 0);

    private long Step(long end, PeriodicAction[] polls, Action? before)
    {
        Guard.Check();
        var poll = long.MaxValue;
        foreach (var beat in polls) poll = Math.Min(poll, beat.Due);
        var next = Math.Min(end, poll);
        foreach (var beat in _mirrors.Values) next = Math.Min(next, beat.Due);
        foreach (var sink in _sinks.Values) next = Math.Min(next, sink.AnswerDue);
        foreach (var recipe in _recipes!)
        {
            next = Math.Min(next, recipe.Plan.Due);
            foreach (var beat in recipe.DecodeActions) next = Math.Min(next, beat.Due);
        }

        Time.MoveTo(next);
        var now = Time.GetTimestamp();
        foreach (var sink in _sinks.Values) sink.Expire();
        foreach (var recipe in _recipes) recipe.Tick(now);
        RunAnswers();
        if (poll <= now) before?.Invoke();
        foreach (var beat in polls) beat.RunIfDue(now);
        foreach (var recipe in _recipes)
        {
            foreach (var beat in recipe.DecodeActions) beat.RunIfDue(now);
        }

        foreach (var beat in _mirrors.Values) beat.RunIfDue(now);
        RunAnswers();
        _faults.Check();
        return now;
    }

    private string Start(RunningRecipe recipe, RunningRecipe? before)
    {
        foreach (var route in recipe.Plan.Routes)
            route.Output = new SimulatedOutput([.. route.Sinks.Select(Sink)], QuestionOf(recipe, route));
        foreach (var point in recipe.Plan.Writes) point.Output = new SimulatedWrites(point, _devices[point.Device]);
        foreach (var image in recipe.Plan.Images) image.Output = Host.Image(image, _devices[image.Device].Block(image.Address));
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
        recipe.DecodeActions = [.. decoded.Select(d => new PeriodicAction(d.Every, Time.GetTimestamp(), d.Read))];
        StartMirrors();
        recipe.Plan.Start();
        return carried;
    }

    /// <summary>Starts new mirrors and removes those that no recipe declares any more; unchanged ones keep their schedule.</summary>
    private void StartMirrors()
    {
        var stated = _recipes!.SelectMany(r => r.Plan.Mirrors).ToHashSet();
        foreach (var gone in _mirrors.Keys.Where(m => !stated.Contains(m)).ToList()) _mirrors.Remove(gone);
        foreach (var mirror in stated.Where(m => !_mirrors.ContainsKey(m)))
        {
            var source = _devices[mirror.Source].Block(mirror.SourceAddress);
            var target = _devices[mirror.Target].Block(mirror.TargetAddress);
            var copy = Host.Mirror(mirror, source, target);
            _mirrors.Add(mirror, new PeriodicAction(mirror.Every, Time.GetTimestamp(), copy));
        }
    }
}
