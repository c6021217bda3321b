namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// What a recipe declared: where scans come in, what is due by the clock, where records go out, what is copied. Driven by one thread.
/// </summary>
internal sealed class Plan(
    IReadOnlyDictionary<string, SourceNode> sources, IReadOnlyList<Route> routes, IReadOnlyList<WritePoint> writes, IReadOnlyList<Mirror> mirrors,
    IReadOnlyList<Decoding> decodings, IReadOnlyList<ITimed> timed, PlanClock clock)
{
    /// <summary>By device name.</summary>
    public IReadOnlyDictionary<string, SourceNode> Sources { get; } = sources;

    public IReadOnlyList<Route> Routes { get; } = routes;

    public IReadOnlyList<WritePoint> Writes { get; } = writes;

    public IReadOnlyList<Mirror> Mirrors { get; } = mirrors;

    public IReadOnlyList<Decoding> Decodings { get; } = decodings;

    /// <summary>When the next operator wants to act by itself; <see cref="long.MaxValue"/> when none ever does.</summary>
    public long Due
    {
        get
        {
            var due = long.MaxValue;
            foreach (var node in timed) due = Math.Min(due, node.Due);
            return due;
        }
    }

    /// <summary>True while a sink's queue is full and wants the recipe to wait.</summary>
    public bool IsBlocked
    {
        get
        {
            foreach (var route in Routes)
            {
                if (route.Output!.IsBlocked) return true;
            }

            return false;
        }
    }

    /// <summary>Calls <paramref name="done"/> once all that has left the plan is stored for good.</summary>
    public void WhenStored(Action done)
    {
        var waiting = Routes.Count + 1;
        foreach (var route in Routes) route.Output!.WhenStored(One);
        One();

        void One()
        {
            if (Interlocked.Decrement(ref waiting) == 0) done();
        }
    }

    public void Start()
    {
        foreach (var node in timed) node.Start(clock.Now, clock.UtcNow);
    }

    /// <summary>Lets every operator act that is due.</summary>
    public void Tick()
    {
        var now = clock.Now;
        foreach (var node in timed)
        {
            if (node.Due <= now) node.OnDue(now, clock.UtcNow);
        }
    }
}
