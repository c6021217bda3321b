using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Replaces numbers by their exponentially weighted mean. Created by <c>ScanFlow.Ewma</c>; runs on the recipe's thread.</summary>
internal sealed class EwmaNode(ScanSchema schema, bool[] chosen, EwmaWeight weight, PlanClock clock) : Node(schema), IStateful
{
    private readonly TagStates<Ewma> _means = new(schema);

    public string StateFormat => "ewma 1";

    public void Save(StateWriter state) => _means.Save(state);

    public void Load(StateReader state) => _means.Load(state);

    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (!chosen[sample.Tag.Index] || !FiniteNumber.TryGet(ref sample, out var number)) continue;
            ref var mean = ref _means[sample.Tag.Index];
            mean.Add(number, SampleTime.From(scan, sample), weight, clock);
            sample.Value = SinglePrecision.Result(mean.Mean, sample.Value.Kind == ValueKind.Float32);
        }

        Emit(scan);
    }
}
