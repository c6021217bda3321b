using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Plans;

/// <summary>
/// The result of a recipe's top level: sources of scans, operators, outputs, mirrors. In the host the thread of the recipe runs it, in
/// <c>plant test</c> the thread of the test. Used by one thread at a time.
/// </summary>
internal sealed class Plan(
    IReadOnlyDictionary<string, SourceNode> sources, IReadOnlyList<Route> routes, IReadOnlyList<TagWriteTarget> writes,
    IReadOnlyList<Mirror> mirrors,
    IReadOnlyList<BlockDecoding> decodings, IReadOnlyList<BlockEncoding> images, IReadOnlyList<ITimed> timed, IReadOnlyList<Node> stateful,
    IReadOnlyList<Question> questions, PlanClock clock)
{
    // Arrays, because enumerating them before every scan allocates nothing.
    private readonly ITimed[] _timed = [.. timed];
    private readonly Route[] _routes = [.. routes];

    // A full queue of a sink that is asked must not block the answers that empty it.
    private readonly Route[] _routesOfAnswers =
        questions.Count == 0 ? [] : [.. routes.Where(r => !questions.Any(q => r.Sinks.Contains(q.Sink)))];

    /// <summary>By device name.</summary>
    public IReadOnlyDictionary<string, SourceNode> Sources { get; } = sources;

    public IReadOnlyList<Route> Routes => _routes;

    /// <summary>The operators with state, in the order of their declaration.</summary>
    public IReadOnlyList<Node> Stateful { get; } = stateful;

    /// <summary>The paths of <see cref="Stateful"/>, in the same order.</summary>
    public IReadOnlyList<OperatorPath> OperatorPaths => [.. Stateful.Select(n => n.Path)];

    /// <summary>The counters of each <c>GroupByTime</c>.</summary>
    public IReadOnlyList<GroupCounters> Groups { get; init; } = [];

    public IReadOnlyList<TagWriteTarget> Writes { get; } = writes;

    public IReadOnlyList<Mirror> Mirrors { get; } = mirrors;

    public IReadOnlyList<BlockDecoding> Decodings { get; } = decodings;

    public IReadOnlyList<BlockEncoding> Images { get; } = images;

    /// <summary>The <c>Ask</c>s, in the order of their declaration.</summary>
    public IReadOnlyList<Question> Questions { get; } = questions;

    /// <summary>Monotonic timestamp of the next timed action; <see cref="long.MaxValue"/> if there is none.</summary>
    public long Due
    {
        get
        {
            var due = long.MaxValue;
            foreach (var node in _timed) due = Math.Min(due, node.Due);
            return due;
        }
    }

    /// <summary>True while a full queue requires the recipe to wait.</summary>
    public bool IsBlocked => IsAnyBlocked(_routes);

    /// <summary>
    /// True while a full queue requires answers to wait: that of a sink which is not asked, because a sink that is asked can only empty its
    /// queue when its answers run.
    /// </summary>
    public bool IsBlockedForAnswers => IsAnyBlocked(_routesOfAnswers);

    /// <summary>
    /// Calls <paramref name="done"/> once all records that have left the plan are stored permanently, on any thread. Called on the recipe's
    /// thread.
    /// </summary>
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

    /// <summary>Returns the state of all operators. Called on the recipe's thread, or after that thread has ended.</summary>
    public PlanState Save()
    {
        var now = clock.Now;
        return new PlanState(now, [.. Stateful.Select(n => new OperatorState(n.Path, SavedState.Save((IStateful)n, clock, now)))]);
    }

    /// <summary>Predicts the transfer from a plan with these operators; changes nothing and can be called from any thread.</summary>
    public StateTransfer PredictTransfer(IReadOnlyList<OperatorPath> old)
    {
        var mapping = StateMapping.Create(old, OperatorPaths);
        return TransferTo([.. mapping.Pairs.Select(p => p.New)], mapping.Dropped);
    }

    /// <summary>
    /// Loads the state of operators whose paths are equal. Called before <see cref="Start"/>; only a trial run, whose plan is discarded,
    /// calls it later.
    /// </summary>
    public StateTransfer Load(PlanState state)
    {
        var mapping = StateMapping.Create([.. state.Operators.Select(o => o.Path)], OperatorPaths);
        var dropped = new List<string>();
        var kept = new HashSet<int>();
        foreach (var (old, now) in mapping.Pairs)
        {
            var (path, bytes) = state.Operators[old];
            if (SavedState.Load((IStateful)Stateful[now], bytes, clock, state.Timestamp) is { } problem)
                dropped.Add($"{path.Name}: {problem}");
            else kept.Add(now);
        }

        return TransferTo(kept, [.. dropped, .. mapping.Dropped]);
    }

    /// <summary>Runs an answer.</summary>
    /// <returns>False if the plan has no such question.</returns>
    public bool TryPush(string question, Answer answer)
    {
        if (Questions.FirstOrDefault(q => q.Name == question) is not { } asked) return false;
        asked.Push(answer);
        return true;
    }

    /// <summary>Starts the intervals of operators. Called once, before the first scan.</summary>
    public void Start()
    {
        foreach (var node in _timed) node.Start(clock.Now, clock.UtcNow);
    }

    /// <summary>Runs every timed operator that is due.</summary>
    public void Tick()
    {
        var now = clock.Now;
        foreach (var node in _timed)
        {
            if (node.Due <= now) node.OnDue(now, clock.UtcNow);
        }
    }

    /// <summary>Names the operators of this plan that keep their state, by index, and those that begin without.</summary>
    private StateTransfer TransferTo(HashSet<int> kept, IReadOnlyList<string> dropped)
    {
        var names = Stateful.Select((node, index) => (node.Path.Name, IsKept: kept.Contains(index))).ToLookup(n => n.IsKept, n => n.Name);
        return new StateTransfer([.. names[true]], [.. names[false]], dropped);
    }

    private static bool IsAnyBlocked(Route[] routes)
    {
        foreach (var route in routes)
        {
            if (route.Output!.IsBlocked) return true;
        }

        return false;
    }
}
