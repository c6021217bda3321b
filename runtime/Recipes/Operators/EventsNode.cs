using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Makes an event of each time that a tag is on, and speaks when it is over. Bad samples neither begin nor, unless asked, end one.
/// </summary>
internal sealed class EventsNode(Schema schema, bool[] chosen, Threshold threshold, bool endsWhenBad, Flow<TagEvent> flow, PlanClock clock)
    : Node(schema), IStateful
{
    private readonly TagStates<Open> _open = new(schema);

    public override bool IsEnd => flow.IsEnd;

    public string StateForm => "events 1";

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
            var at = Instant.Of(scan, sample);
            var start = open.Since;
            open = new Open(isOn.Value, at);
            if (!isOn.Value) flow.Speak(new TagEvent(Schema.Device, sample.Tag.Name, start.Time, at.Time, at.Since(start, clock)));
        }
    }

    private readonly record struct Open(bool IsKnown, Instant Since) : ITagState<Open>
    {
        public static Open Load(StateReader state) => new(true, Instant.Load(state));

        public void Save(StateWriter state) => Since.Save(state);
    }
}
