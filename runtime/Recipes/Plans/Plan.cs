using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// What a recipe declared: where scans come in, what is due by the clock, where records go out, what is copied. Driven by one thread.
/// </summary>
internal sealed class Plan(
    IReadOnlyDictionary<string, SourceNode> sources, IReadOnlyList<Route> routes, IReadOnlyList<WritePoint> writes, IReadOnlyList<Mirror> mirrors,
    IReadOnlyList<Decoding> decodings, IReadOnlyList<ImagePoint> images, IReadOnlyList<ITimed> timed, IReadOnlyList<Node> stateful, PlanClock clock)
{
    // Arrays: what is asked before every scan allocates no enumerator.
    private readonly ITimed[] _timed = [.. timed];
    private readonly Route[] _routes = [.. routes];

    /// <summary>By device name.</summary>
    public IReadOnlyDictionary<string, SourceNode> Sources { get; } = sources;

    public IReadOnlyList<Route> Routes => _routes;

    /// <summary>The operators that remember, in the order of their declaration.</summary>
    public IReadOnlyList<Node> Stateful { get; } = stateful;

    /// <summary>Where they stand, in the same order.</summary>
    public IReadOnlyList<Place> Places => [.. Stateful.Select(n => n.Place)];

    public IReadOnlyList<WritePoint> Writes { get; } = writes;

    public IReadOnlyList<Mirror> Mirrors { get; } = mirrors;

    public IReadOnlyList<Decoding> Decodings { get; } = decodings;

    public IReadOnlyList<ImagePoint> Images { get; } = images;

    /// <summary>When the next operator wants to act by itself; <see cref="long.MaxValue"/> when none ever does.</summary>
    public long Due
    {
        get
        {
            var due = long.MaxValue;
            foreach (var node in _timed) due = Math.Min(due, node.Due);
            return due;
        }
    }

    /// <summary>True while a sink's queue is full and wants the recipe to wait.</summary>
    public bool IsBlocked
    {
        get
        {
            foreach (var route in _routes)
            {
                if (route.Output!.IsBlocked) return true;
            }

            return false;
        }
    }

    /// <summary>Calls <paramref name="done"/> once all that has left the plan is stored for good.</summary>
    public void WhenStored(Action done)
    {
        var waiting = _routes.Length + 1;
        foreach (var route in _routes) route.Output!.WhenStored(One);
        One();

        void One()
        {
            if (Interlocked.Decrement(ref waiting) == 0) done();
        }
    }

    /// <summary>What all operators remember. On the plan's thread, or when that has ended.</summary>
    public PlanState Save()
    {
        var now = clock.Now;
        return new PlanState(now, [.. Stateful.Select(n => new OperatorState(n.Place, SavedState.Save((IStateful)n, clock, now)))]);
    }

    /// <summary>What of a plan with operators at these places could be taken over; nothing is.</summary>
    public Carried WouldCarry(IReadOnlyList<Place> old)
    {
        var heirs = Heirs.Find(old, Places);
        return new Carried(heirs.Pairs.Count, heirs.Dropped);
    }

    /// <summary>Takes over what operators remembered whose places mean the same here. Before <see cref="Start"/>.</summary>
    public Carried Load(PlanState state)
    {
        var heirs = Heirs.Find([.. state.Operators.Select(o => o.Place)], Places);
        var dropped = new List<string>();
        foreach (var (old, now) in heirs.Pairs)
        {
            var (place, bytes) = state.Operators[old];
            if (SavedState.Load((IStateful)Stateful[now], bytes, clock, state.Moment) is { } problem) dropped.Add($"{place.Name}: {problem}");
        }

        return new Carried(heirs.Pairs.Count - dropped.Count, [.. dropped, .. heirs.Dropped]);
    }

    public void Start()
    {
        foreach (var node in _timed) node.Start(clock.Now, clock.UtcNow);
    }

    /// <summary>Lets every operator act that is due.</summary>
    public void Tick()
    {
        var now = clock.Now;
        foreach (var node in _timed)
        {
            if (node.Due <= now) node.OnDue(now, clock.UtcNow);
        }
    }
}
