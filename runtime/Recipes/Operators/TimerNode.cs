using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Emits an item at the end of every interval, independent of the scans; missed intervals are skipped. Created by
/// <see cref="Device.Every"/> and <see cref="HealthSource.Every"/>; runs on the recipe's thread.
/// </summary>
/// <param name="schema">The tags of the flow before it.</param>
/// <param name="interval">The interval in ticks of the clock.</param>
/// <param name="create">Creates the item of a moment in UTC.</param>
/// <param name="flow">Receives the items.</param>
internal sealed class TimerNode<T>(ScanSchema schema, long interval, Func<DateTime, T> create, Flow<T> flow)
    : Node(schema), ITimed, IStateful
{
    public long Due { get; private set; } = long.MaxValue;

    public override bool IsUnconnected => flow.IsUnconnected;

    public string StateFormat => "timer 1";

    public void Start(long now, DateTime utcNow)
    {
        if (Due == long.MaxValue) Due = now + interval;
    }

    public void Save(StateWriter state) => state.WriteTimestamp(Due);

    public void Load(StateReader state) => Due = state.ReadTimestamp();

    public override void Push(Scan scan)
    {
    }

    public void OnDue(long now, DateTime utcNow)
    {
        Due += interval * (((now - Due) / interval) + 1);
        flow.Emit(create(utcNow));
    }
}
