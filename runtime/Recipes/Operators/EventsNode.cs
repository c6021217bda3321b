using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits an event at the end of each period in which a tag is on, and if asked also at its start. Bad samples do not start an event, and
/// end one only with <c>endsWhenBad</c>. Created by <see cref="ScanFlow.Events"/>; runs on the recipe's thread.
/// </summary>
internal sealed class EventsNode(
    ScanSchema schema, bool[] chosen, Threshold threshold, bool endsWhenBad, bool reportStart, Flow<TagEvent> flow, PlanClock clock)
    : Node(schema), IStateful
{
    private readonly TagStates<Open> _open = new(schema);

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => "events 1";

    public void Save(StateWriter state) => _open.Save(state);

    public void Load(StateReader state) => _open.Load(state);

    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (!chosen[sample.Tag.Index]) continue;
            ref var open = ref _open[sample.Tag.Index];
            var isOn = sample.Quality == Quality.Good ? threshold.IsOn(sample.Value, open.IsKnown) : null;
            isOn ??= open.IsKnown && !endsWhenBad;
            if (isOn == open.IsKnown) continue;
            var at = SampleTime.From(scan, sample);
            var start = open.Since;
            open = new Open(isOn.Value, at);
            if (!isOn.Value) flow.Emit(new TagEvent(Schema.Device, sample.Tag.Name, start.Time, at.Time, at.Since(start, clock)));
            else if (reportStart) flow.Emit(new TagEvent(Schema.Device, sample.Tag.Name, at.Time, at.Time, default) { IsOpen = true });
        }
    }

    private readonly record struct Open(bool IsKnown, SampleTime Since) : ITagState<Open>
    {
        public static Open Load(StateReader state) => new(true, SampleTime.Load(state));

        public void Save(StateWriter state) => Since.Save(state);
    }
}

/// <summary>Decides whether a tag is on: TRUE, or a number beyond a limit until it is back at <c>Clear</c>.</summary>
/// <param name="Above">An event starts above this number.</param>
/// <param name="Below">An event starts below this number.</param>
/// <param name="Clear">An event ends when the number is back at this value or past it.</param>
internal readonly record struct Threshold(double? Above, double? Below, double Clear)
{
    /// <summary>Returns null if the value is neither a bool nor a number.</summary>
    public bool? IsOn(Value value, bool wasOn)
    {
        if (value.Kind == ValueKind.Bool && Above is null && Below is null) return value.Bool;
        if (!value.IsNumber || value.Number is var number && double.IsNaN(number)) return null;
        if (Above is { } above) return number > SinglePrecision.LimitFor(value, wasOn ? Clear : above);
        if (Below is { } below) return number < SinglePrecision.LimitFor(value, wasOn ? Clear : below);
        return number != 0;
    }
}
