using System.Runtime.CompilerServices;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes;

/// <content>Operators that combine scans: of two devices, or with a state of the recipe.</content>
public sealed partial class ScanFlow
{
    /// <summary>
    /// Joins the scans of this flow with those of another by time: one scan with the tags of both, as soon as two scans that are at most
    /// <paramref name="within"/> apart have come; of several the nearest. Each scan is used once, and one without a partner is dropped. A
    /// tag whose name both have is then called <c>device.tag</c>. The scan has the time of this flow's scan. A time that the device sends
    /// with its scans counts, otherwise that of the host.
    /// </summary>
    /// <param name="other">The other flow, usually of another device.</param>
    /// <param name="within">Largest difference of the times, usually half of the longer poll interval.</param>
    public ScanFlow Join(ScanFlow other, TimeSpan within)
    {
        Ticks(within);
        if (_branches.Count != 1 || other._branches.Count != 1)
            _plan.Report("Join cannot know which device of a Merge a scan is to be joined with: join the flows of two devices, and merge then");
        var (left, right) = (_branches[0], other._branches[0]);
        var names = JoinNode.Names(left.Schema, right.Schema);
        if (names.CountBy(name => name).FirstOrDefault(n => n.Value > 1).Key is { } twice)
            _plan.Report($"after this Join two tags have the name \"{twice}\": use Rename or Only before it", twice);
        var join = new JoinNode(left.Schema, right.Schema, names, within, _plan.Clock);
        left.Attach(new JoinInputNode(left.Schema, join, isLeft: true));
        right.Attach(new JoinInputNode(right.Schema, join, isLeft: false));
        _plan.Register(join, left.Path.Append("Join", [], within, right.Path));
        return new ScanFlow(_plan, [join]);
    }

    /// <summary>
    /// Computes a state from the state before and each scan, and emits it: <c>Fold(0L, (count, scan) => scan["done"].Bool ? count + 1 :
    /// count)</c>. The state is carried over when a recipe is edited and when the host is restarted, unlike a variable of the recipe. On
    /// merged flows each device has its own state.
    /// </summary>
    /// <typeparam name="TState">
    /// Type of the state: a record, number, text, time, <c>Value</c>, or an array, List, Queue, HashSet or Dictionary of these.
    /// </typeparam>
    /// <param name="seed">The state before the first scan.</param>
    /// <param name="fold">Returns the next state. If it throws, the state remains and nothing is emitted.</param>
    /// <param name="seedWords">Text of the seed, set by the compiler. The state is kept while the two texts are unchanged.</param>
    /// <param name="words">Text of the lambda, set by the compiler.</param>
    public Flow<TState> Fold<TState>(
        TState seed, Func<TState, Scan, TState> fold, [CallerArgumentExpression(nameof(seed))] string seedWords = "",
        [CallerArgumentExpression(nameof(fold))] string words = "")
    {
        var origin = new ScanOrigin();
        var flow = new Flow<TState>(_plan, _ => (origin.Time, origin.Device));
        try
        {
            var codec = StateCodecs.Create(typeof(TState));
            return End(
                flow,
                schema => new FoldNode<TState>(
                    schema, (TState)StateCodecs.Clone(codec, seed, _plan.Clock)!, fold, codec, flow, origin, _plan),
                "Fold", [], OperatorPath.NormalizeLambda(seedWords), OperatorPath.NormalizeLambda(words));
        }
        catch (NotSupportedException exception)
        {
            _plan.Report(exception.Message);
            return flow;
        }
    }
}
