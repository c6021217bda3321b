using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits an event at the end of each period in which a tag is on, and with <c>reportStart</c> also at its start. Bad samples do not start
/// an event, and end one only with <c>endsWhenBad</c>. Created by <see cref="ScanFlow.Events"/>; runs on the recipe's thread.
/// </summary>
internal sealed class EventsNode(
    ScanSchema schema, bool[] chosen, Threshold threshold, bool endsWhenBad, bool reportStart, Flow<TagEvent> flow, PlanClock clock)
    : Node(schema), IStateful
{
    private readonly TagStates<Open> _open = new(schema);
    private readonly TagStates<EventIds> _ids = new(schema);

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => reportStart ? "events with start 1" : "events 1";

    public void Save(StateWriter state)
    {
        _open.Save(state);
        if (reportStart) _ids.Save(state);
    }

    public void Load(StateReader state)
    {
        var (periods, ids) = (new TagStates<Open>(Schema), new TagStates<EventIds>(Schema));
        periods.Load(state);
        if (reportStart) ids.Load(state);
        for (var i = 0; i < Schema.Tags.Count; i++) (_open[i], _ids[i]) = (periods[i], ids[i]);
    }

    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (!chosen[sample.Tag.Index]) continue;
            ref var period = ref _open[sample.Tag.Index];
            var isOn = sample.Quality == Quality.Good ? threshold.IsOn(sample.Value, period.IsKnown) : null;
            isOn ??= period.IsKnown && !endsWhenBad;
            if (isOn == period.IsKnown) continue;
            var at = SampleTime.From(scan, sample);
            var start = period.Since;
            period = new Open(isOn.Value, at);
            ref var ids = ref _ids[sample.Tag.Index];
            if (isOn.Value && !reportStart) continue;
            if (isOn.Value) ids = new EventIds(NewId(sample.Tag.Name), ids.Current);
            flow.Emit(isOn.Value
                ? new TagEvent(Schema.Device, sample.Tag.Name, at.Time, at.Time, TimeSpan.Zero)
                    { Id = ids.Current, PreviousId = ids.Previous, IsOpen = true }
                : new TagEvent(Schema.Device, sample.Tag.Name, start.Time, at.Time, at.Since(start, clock))
                    { Id = ids.Current, PreviousId = ids.Previous });
        }
    }

    /// <summary>Returns the hash of this operator and the tag, which a restart does not change, and a random number.</summary>
    private string NewId(string tag)
    {
        var series = SHA256.HashData(Encoding.UTF8.GetBytes($"{Path}\n{tag}"));
        return $"{Convert.ToHexStringLower(series.AsSpan(0, 8))}-{Guid.NewGuid().ToString("N")[..16]}";
    }

    private readonly record struct Open(bool IsKnown, SampleTime Since) : ITagState<Open>
    {
        public static Open Load(StateReader state) => new(true, SampleTime.Load(state));

        public void Save(StateWriter state) => Since.Save(state);
    }

    /// <summary>The ids of a tag's last event, open or not, and of the one before it.</summary>
    private readonly record struct EventIds(string? Current, string? Previous) : ITagState<EventIds>
    {
        public bool IsKnown => Current is not null;

        public static EventIds Load(StateReader state) =>
            new(state.ReadString(), state.ReadString() is { Length: > 0 } previous ? previous : null);

        public void Save(StateWriter state)
        {
            state.Write(Current!);
            state.Write(Previous ?? "");
        }
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
