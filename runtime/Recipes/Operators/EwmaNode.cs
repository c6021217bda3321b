using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Smooths numbers: each becomes the exponentially weighted mean up to it.</summary>
internal sealed class EwmaNode(Schema schema, bool[] chosen, EwmaWeight weight, PlanClock clock) : Node(schema), IStateful
{
    private readonly TagStates<Ewma> _means = new(schema);

    public string StateForm => "ewma 1";

    public void Save(StateWriter state) => _means.Save(state);

    public void Load(StateReader state) => _means.Load(state);

    public override void Push(Scan scan)
    {
        foreach (ref var sample in scan.Writable)
        {
            if (!chosen[sample.Tag.Index] || !Numeric.TryTake(ref sample, out var number)) continue;
            ref var mean = ref _means[sample.Tag.Index];
            mean.Add(number, Instant.Of(scan, sample), weight, clock);
            sample.Value = mean.Mean;
        }

        Emit(scan);
    }
}
