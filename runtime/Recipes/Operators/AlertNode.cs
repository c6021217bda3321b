using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits the alerts of the host, twice a second those that are new. A recipe that starts gets the alerts from then on; an edited one goes
/// on where the version before ended. Created by <see cref="SiteFlows"/>; runs on the recipe's thread.
/// </summary>
internal sealed class AlertNode(ScanSchema schema, ISiteStatus status, long interval, Flow<Alert> flow) : Node(schema), ITimed, IStateful
{
    private long _last = -1;
    private string _run = "";

    public long Due { get; private set; } = long.MaxValue;

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => "alerts 1";

    public void Start(long now, DateTime utcNow)
    {
        Due = now + interval;
        if (_run == status.Run) return;

        // After a restart of the host all its alerts are new; a recipe that was added later begins with the next one.
        _last = _run.Length == 0 ? status.LastAlert : 0;
        _run = status.Run;
    }

    public void Save(StateWriter state)
    {
        state.Write(_run);
        state.Write(_last);
    }

    public void Load(StateReader state) => (_run, _last) = (state.ReadString(), state.ReadInt64());

    public override void Push(Scan scan)
    {
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due = now + interval;
        if (status.LastAlert == _last) return;
        foreach (var alert in status.AlertsAfter(_last))
        {
            _last = alert.Number;
            flow.Emit(alert);
        }
    }
}
