using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Sinks.Asking;

/// <summary>
/// Receives the answers for one recipe. Implemented by the queue of a recipe's work; called by sink sessions on any thread.
/// </summary>
internal interface IAnswerReceiver
{
    /// <summary>Adds an answer; never waits for the recipe.</summary>
    /// <param name="answer">The answer; it refers to no memory of a batch.</param>
    void Post(QueuedAnswer answer);
}

/// <summary>The recipe that gets the answers of a route, and when the host gives up asking. Immutable.</summary>
/// <param name="Receiver">The recipe.</param>
/// <param name="Limits">When the host gives up.</param>
internal sealed record QuestionTarget(IAnswerReceiver Receiver, QuestionLimits Limits);

/// <summary>
/// Knows which running recipe gets the answers of a route. Owned by SiteRuntime; slots apply the questions of their recipes, sink sessions
/// find them. Any thread; locks internally.
/// </summary>
internal sealed class QuestionRegistry(TimeProvider time)
{
    /// <summary>
    /// How long requests wait for a recipe that does not run. They hold up the records of other recipes for the sink meanwhile.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, QuestionTarget> _targets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<string>> _routesOf = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _missingSince = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = NewSignal();
    private bool _isComplete;

    /// <summary>Sets the questions of the version of a recipe that runs now; none when it does not run.</summary>
    public void Apply(string recipe, IReadOnlyList<Question> questions, IAnswerReceiver receiver)
    {
        lock (_gate)
        {
            foreach (var route in _routesOf.GetValueOrDefault(recipe) ?? []) _targets.Remove(route);
            _routesOf[recipe] = [.. questions.Select(q => QuestionRoute.From(recipe, q.Name))];
            foreach (var question in questions)
                _targets[QuestionRoute.From(recipe, question.Name)] = new QuestionTarget(receiver, question.Limits);
            Signal();
        }
    }

    /// <summary>Marks that all recipes of the site were started once. Before that, requests wait for theirs without a limit.</summary>
    public void SetComplete()
    {
        lock (_gate)
        {
            _isComplete = true;
            Signal();
        }
    }

    /// <summary>Returns the recipe of a route; null while it does not run.</summary>
    public QuestionTarget? Find(string route)
    {
        lock (_gate) return _targets.GetValueOrDefault(route);
    }

    /// <summary>Waits for the recipe of a route.</summary>
    /// <param name="route">The route.</param>
    /// <param name="cancel">Ends the wait with an exception.</param>
    /// <returns>Null when it has not run for <see cref="Patience"/>.</returns>
    public async ValueTask<QuestionTarget?> FindAsync(string route, CancellationToken cancel)
    {
        while (true)
        {
            Task changed;
            var left = Timeout.InfiniteTimeSpan;
            lock (_gate)
            {
                if (_targets.TryGetValue(route, out var target))
                {
                    _missingSince.Remove(route);
                    return target;
                }

                if (_isComplete)
                {
                    if (!_missingSince.TryGetValue(route, out var since)) _missingSince[route] = since = time.GetTimestamp();
                    left = Patience - time.GetElapsedTime(since);
                    if (left <= TimeSpan.Zero) return null;
                }

                changed = _changed.Task;
            }

            await changed.WaitAsync(left, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancel.ThrowIfCancellationRequested();
        }
    }

    private void Signal()
    {
        var changed = _changed;
        _changed = NewSignal();
        changed.SetResult();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
