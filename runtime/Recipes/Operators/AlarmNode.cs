using System.Security.Cryptography;
using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits an alarm when a condition has been true for a time, and again when it is over. The time is that of the samples; without a further
/// sample the last one counts. Bad samples change nothing, and no alarm starts before a good one follows. Created by
/// <see cref="ScanFlow.Alarm"/>; runs on the recipe's thread.
/// </summary>
internal sealed class AlarmNode(
    ScanSchema schema, bool[] chosen, AlarmCondition condition, TimeSpan after, Flow<TagAlarm> flow, PlanClock clock)
    : Node(schema), ITimed, IStateful
{
    private const int IdLength = 16;
    private readonly TagStates<AlarmState> _states = new(schema);

    /// <summary>Earliest end of a delay, or earlier; <see cref="long.MaxValue"/> if there is none.</summary>
    public long Due { get; private set; } = long.MaxValue;

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => "alarm 1";

    public void Start(long now, DateTime utcNow)
    {
    }

    public void Save(StateWriter state) => _states.Save(state);

    public void Load(StateReader state)
    {
        _states.Load(state);
        Due = long.MaxValue;
        for (var i = 0; i < chosen.Length; i++)
        {
            // A delay that ended while the host was stopped is decided by the next sample.
            if (_states[i].Due <= clock.Now) _states[i].Due = long.MaxValue;
            if (_states[i].IsPending) Due = Math.Min(Due, _states[i].Due);
        }
    }

    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (!chosen[sample.Tag.Index]) continue;
            ref var state = ref _states[sample.Tag.Index];
            var isOn = sample.Quality == Quality.Good ? condition.IsTrue(sample.Value, state.Id is not null) : null;
            if (isOn is null) state.Due = long.MaxValue;
            else if (isOn.Value) Continue(ref state, scan, sample);
            else if (state.IsKnown) End(ref state, scan, sample);
        }
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due = long.MaxValue;
        for (var i = 0; i < chosen.Length; i++)
        {
            ref var state = ref _states[i];
            if (!state.IsPending) continue;
            if (state.Due <= now) Raise(ref state, Schema.Tags[i], state.Since.Time + after, after);
            else Due = Math.Min(Due, state.Due);
        }
    }

    private void Continue(ref AlarmState state, Scan scan, in Sample sample)
    {
        if (state.Id is not null) return;
        var at = SampleTime.From(scan, sample);
        if (!state.IsKnown) state = new AlarmState { IsKnown = true, Since = at };
        state.Value = sample.Value;
        var passed = at.Since(state.Since, clock);
        if (passed >= after)
        {
            Raise(ref state, sample.Tag, at.Time, passed);
            return;
        }

        // One tick later, so that a sample at the end of the delay is considered first.
        state.Due = scan.Timestamp + clock.Ticks(after - passed) + 1;
        Due = Math.Min(Due, state.Due);
    }

    private void Raise(ref AlarmState state, Tag tag, DateTime time, TimeSpan passed)
    {
        // The state changes first: the recipe can be stopped while it receives the alarm.
        (state.Id, state.Due) = (CreateId(tag.Name, state.Since.Time), long.MaxValue);
        flow.Emit(new TagAlarm(state.Id, Schema.Device, tag.Name, true, time, state.Since.Time, passed, state.Value));
    }

    private void End(ref AlarmState state, Scan scan, in Sample sample)
    {
        var before = state;
        state = default;
        if (before.Id is not { } id) return;
        var at = SampleTime.From(scan, sample);
        flow.Emit(new TagAlarm(
            id, Schema.Device, sample.Tag.Name, false, at.Time, before.Since.Time, at.Since(before.Since, clock), sample.Value));
    }

    private string CreateId(string tag, DateTime start) => Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{Path}\t{tag}\t{start.Ticks}"))))[..IdLength];

    /// <summary>The condition of one tag; <c>default</c> while it is not true.</summary>
    private record struct AlarmState : ITagState<AlarmState>
    {
        public bool IsKnown { get; set; }

        /// <summary>The first sample that fulfilled the condition.</summary>
        public SampleTime Since { get; set; }

        /// <summary>The last value before the alarm started.</summary>
        public Value Value { get; set; }

        /// <summary>Monotonic timestamp of the end of the delay; <see cref="long.MaxValue"/> if a sample must come first.</summary>
        public long Due { get; set; }

        /// <summary>Null until the alarm has started.</summary>
        public string? Id { get; set; }

        public readonly bool IsPending => IsKnown && Id is null;

        public static AlarmState Load(StateReader state)
        {
            var loaded = new AlarmState
                { IsKnown = true, Since = SampleTime.Load(state), Value = state.ReadValue(), Due = state.ReadTimestamp() };
            loaded.Id = state.ReadString() is { Length: > 0 } id ? id : null;
            return loaded;
        }

        public readonly void Save(StateWriter state)
        {
            Since.Save(state);
            state.WriteValue(Value);
            state.WriteTimestamp(Due);
            state.Write(Id ?? "");
        }
    }
}

/// <summary>The condition of an alarm: a value, or a threshold.</summary>
/// <param name="Threshold">Decides if <paramref name="Equal"/> is null.</param>
/// <param name="Equal">The value of the alarm; numbers are equal if their values are, whatever their kinds.</param>
internal readonly record struct AlarmCondition(Threshold Threshold, Value Equal)
{
    /// <summary>Returns null if the value cannot be compared.</summary>
    public bool? IsTrue(Value value, bool wasTrue)
    {
        if (Equal.IsNull) return Threshold.IsOn(value, wasTrue);
        if (value.IsNull || (value.IsNumber && double.IsNaN(value.Number))) return null;
        return value.IsNumber && Equal.IsNumber ? value.Number == SinglePrecision.LimitFor(value, Equal.Number) : value == Equal;
    }
}
