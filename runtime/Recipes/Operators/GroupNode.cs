using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Passes the values of one device to the groups, which the devices of a merged flow share. Created by <c>ScanFlow.GroupByTime</c>; runs on
/// the recipe's thread.
/// </summary>
internal abstract class GroupNode(ScanSchema schema, GroupCollector groups) : Node(schema)
{
    public override bool IsUnconnected => Groups.IsUnconnected;

    protected GroupCollector Groups { get; } = groups;
}

/// <summary>
/// The timer and the state of a <c>GroupByTime</c>. It has the path of the first device's node and gets no scans. Runs on the recipe's
/// thread.
/// </summary>
internal sealed class GroupTimerNode(ScanSchema schema, GroupCollector groups) : Node(schema), ITimed, IStateful
{
    // The nodes of the devices report a flow without an output.
    public override bool IsUnconnected => false;

    public long Due => groups.Due;

    public string StateFormat => "group 2";

    public void Start(long now, DateTime utcNow)
    {
    }

    public void OnDue(long now, DateTime utcNow) => groups.CloseExpired(now);

    public void Save(StateWriter state) => groups.Save(state);

    public void Load(StateReader state) => groups.Load(state);

    public override void Push(Scan scan) => throw new InvalidOperationException("a timer gets no scans");
}
