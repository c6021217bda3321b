using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Speaks when no good scan came for an interval, and again after each further one.</summary>
internal sealed class SilentNode(Schema schema, long interval, Flow<Silence> flow) : Node(schema), ITimed, IStateful
{
    private DateTime _since;
    private string? _failure;

    public long Due { get; private set; } = long.MaxValue;

    public override bool IsEnd => flow.IsEnd;

    public string StateForm => "silent 1";

    public void Start(long now, DateTime utcNow)
    {
        if (Due != long.MaxValue) return;
        Due = now + interval;
        _since = utcNow;
    }

    public void Save(StateWriter state)
    {
        state.WriteMoment(Due);
        state.WriteTime(_since);
        state.Write(_failure ?? "");
    }

    public void Load(StateReader state)
    {
        var (due, since, failure) = (state.ReadMoment(), state.ReadTime(), state.ReadString());
        (Due, _since, _failure) = (due, since, failure.Length > 0 ? failure : null);
    }

    public override void Push(Scan scan)
    {
        _failure = scan.Failure;
        if (_failure is not null) return;
        _since = scan.Time;
        Due = scan.Timestamp + interval;
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due = now + interval;
        flow.Speak(new Silence(Schema.Device, utcNow, _since, _failure ?? "no scan came"));
    }
}
