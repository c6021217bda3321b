using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Groups scans by a time that they carry; each gives one value. A scan in which one of the tags read is not good gives none.
/// </summary>
internal sealed class ScanGroupNode(
    Schema schema, GroupRule rule, PlanBuilder plan, Flow<TimeGroup> flow,
    UserCode<Scan, DateTime> time, UserCode<Scan, string> key, UserCode<Scan, Value> value) : GroupNode(schema, rule, plan, flow)
{
    public override void Push(Scan scan)
    {
        scan.TakeWorstRead();
        if (!time.TryCall(scan, out var instant) || !key.TryCall(scan, out var name) || !value.TryCall(scan, out var content)) return;
        if (scan.TakeWorstRead() == Quality.Good && name is not null) Put(instant, name, content, scan.Timestamp);
    }
}
