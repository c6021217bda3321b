using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>What a recipe declared: where scans come in, what is due by the clock, where records go out. Driven by one thread.</summary>
internal sealed class Plan(
    IReadOnlyDictionary<string, SourceNode> sources, IReadOnlyList<Route> routes, IReadOnlyList<ITimed> timed, IReadOnlyList<Node> stateful,
    PlanClock clock)
{
    private readonly IReadOnlyList<Node> _stateful = stateful;

    /// <summary>By device name.</summary>
    public IReadOnlyDictionary<string, SourceNode> Sources { get; } = sources;

    public IReadOnlyList<Route> Routes { get; } = routes;

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

    /// <summary>
    /// Takes over what the operators of <paramref name="old"/> remember, where their places mean the same here. To be called when the old
    /// plan has ended, before <see cref="Start"/>.
    /// </summary>
    public Carried CarryFrom(Plan old) => new Carrier(clock).Carry(old._stateful, _stateful);

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
