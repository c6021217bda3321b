using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Passes a chosen tag if its quality changed, or its value differs by at least the band from the last value that passed (band 0: any
/// difference). A scan without remaining tags is dropped. Created by <see cref="ScanFlow.OnChange"/> and <see cref="ScanFlow.Deadband"/>;
/// runs on the recipe's thread.
/// </summary>
internal sealed class ChangeNode(ScanSchema schema, bool[] chosen, double band) : Node(schema), IStateful
{
    private readonly TagStates<Last> _last = new(schema);

    public string StateFormat => "change 1";

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
        if (double.IsNaN(a) || double.IsNaN(b)) return last != now;
        var difference = Math.Abs(a - b);
        var areSingles = last.Kind == ValueKind.Float32 && now.Kind == ValueKind.Float32;
        return areSingles && difference < band ? ReachesBand((float)a, (float)b, difference) : difference >= band;
    }

    // From REAL 0.6 to 0.7 is 0.1, although the difference of their bits is 0.09999996.
    private bool ReachesBand(float last, float now, double difference)
    {
        var largest = MathF.Max(MathF.Abs(last), MathF.Abs(now));
        if (difference + MathF.BitIncrement(largest) - largest < band) return false;
        return (float)Math.Abs(SinglePrecision.Widen(last) - SinglePrecision.Widen(now)) >= (float)band;
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
