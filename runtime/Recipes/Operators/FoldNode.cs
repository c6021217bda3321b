using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Passes each scan and the state to a lambda of the recipe, which returns the next state, and emits that. If the lambda throws, the state
/// remains. Created by <see cref="ScanFlow.Fold"/>; runs on the recipe's thread.
/// </summary>
internal sealed class FoldNode<TState> : Node, IStateful
{
    private readonly GuardedLambda<Scan, TState> _fold;
    private readonly StateCodec _codec;
    private readonly ScanOrigin _origin;
    private readonly Flow<TState> _flow;
    private TState _state;

    /// <param name="schema">The tags of the flow.</param>
    /// <param name="seed">The first state, which belongs to this node.</param>
    /// <param name="fold">Returns the next state.</param>
    /// <param name="codec">Stores states.</param>
    /// <param name="flow">Receives the states.</param>
    /// <param name="origin">Receives the time and device of the scan before each state.</param>
    /// <param name="plan">Receives the exceptions of the lambda.</param>
    public FoldNode(
        ScanSchema schema, TState seed, Func<TState, Scan, TState> fold, StateCodec codec, Flow<TState> flow, ScanOrigin origin,
        PlanBuilder plan)
        : base(schema)
    {
        _fold = plan.GuardLambda<Scan, TState>(scan => fold(_state!, scan));
        (_state, _codec, _flow, _origin) = (seed, codec, flow, origin);
    }

    public override bool IsUnconnected => _flow.IsUnconnected;

    public string StateFormat => $"fold 1 {_codec.Shape}";

    public void Save(StateWriter state) => _codec.Write(state, _state);

    public void Load(StateReader state) => _state = (TState)_codec.Read(state)!;

    public override void Probe(Scan scan) => _fold.TryCall(scan, out _);

    public override void Push(Scan scan)
    {
        if (!_fold.TryCall(scan, out var next)) return;
        _state = next;
        (_origin.Time, _origin.Device) = (scan.Time, scan.Device);
        _flow.Emit(next);
    }
}

/// <summary>The time and device of the scan that the current item of a flow comes from. Mutable; recipe's thread.</summary>
internal sealed class ScanOrigin
{
    public DateTime Time { get; set; }

    public string Device { get; set; } = "";
}
