using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits an event at the first failed scan, or after an interval without any scan, and again after each further interval without a good
/// scan. Created by <see cref="ScanFlow.Silent"/>; runs on the recipe's thread.
/// </summary>
internal sealed class SilentNode(ScanSchema schema, long interval, Flow<SilenceEvent> flow) : Node(schema), ITimed, IStateful
{
    private DateTime _since;
    private string? _failure;

    public long Due { get; private set; } = long.MaxValue;

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => "silent 1";

    public void Start(long now, DateTime utcNow)
    {
        if (Due != long.MaxValue) return;
        Due = now + interval;
        _since = utcNow;
    }

    public void Save(StateWriter state)
    {
        state.WriteTimestamp(Due);
        state.WriteTime(_since);
        state.Write(_failure ?? "");
    }

    public void Load(StateReader state)
    {
        var (due, since, failure) = (state.ReadTimestamp(), state.ReadTime(), state.ReadString());
        (Due, _since, _failure) = (due, since, failure.Length > 0 ? failure : null);
    }

    public override void Push(Scan scan)
    {
        var isFirstFailure = _failure is null && scan.Failure is not null;
        _failure = scan.Failure;
        if (_failure is null) _since = scan.Time;
        if (_failure is null || isFirstFailure) Due = scan.Timestamp + interval;
        if (isFirstFailure) flow.Emit(new SilenceEvent(Schema.Device, scan.Time, _since, _failure!));
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due = now + interval;
        flow.Emit(new SilenceEvent(Schema.Device, utcNow, _since, _failure ?? "no scan came"));
    }
}
