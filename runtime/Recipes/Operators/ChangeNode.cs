using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Lets a chosen tag through when its quality changed, or its value by at least the band since it was last let through (band 0: at all).
/// A scan from which nothing is left goes no further.
/// </summary>
internal sealed class ChangeNode(Schema schema, bool[] chosen, double band) : Node(schema), IStateful
{
    private readonly TagStates<Last> _last = new(schema);

    public string StateForm => "change 1";

    public void Save(StateWriter state) => _last.Save(state);

    public void Load(StateReader state) => _last.Load(state);

    public override void Push(Scan scan)
    {
        var samples = scan.Writable;
        var count = 0;
        for (var i = 0; i < samples.Length; i++)
        {
            ref var sample = ref samples[i];
            var index = sample.Tag.Index;
            if (chosen[index] && !HasChanged(ref _last[index], sample)) continue;
            if (count != i) samples[count] = sample;
            count++;
        }

        scan.Truncate(count);
        if (count > 0) Emit(scan);
    }

    private bool HasChanged(ref Last last, in Sample sample)
    {
        if (last.IsKnown && last.Quality == sample.Quality && !Differs(last.Value, sample.Value)) return false;
        last = new Last(true, sample.Quality, sample.Value);
        return true;
    }

    private bool Differs(Value last, Value now)
    {
        if (band == 0 || !last.IsNumber || !now.IsNumber) return last != now;
        var (a, b) = (last.Number, now.Number);
        return double.IsNaN(a) || double.IsNaN(b) ? last != now : Math.Abs(a - b) >= band;
    }

    private readonly record struct Last(bool IsKnown, Quality Quality, Value Value) : ITagState<Last>
    {
        public static Last Load(StateReader state) => new(true, state.ReadQuality(), state.ReadValue());

        public void Save(StateWriter state)
        {
            state.WriteQuality(Quality);
            state.WriteValue(Value);
        }
    }
}
