using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Groups scans by a time that they contain; each scan contributes one value, unless a tag that the lambdas read is not good. Runs on the
/// recipe's thread.
/// </summary>
internal sealed class ScanGroupNode(
    ScanSchema schema, GroupCollector groups, GuardedLambda<Scan, DateTime> time, GuardedLambda<Scan, string> key,
    GuardedLambda<Scan, Value> value)
    : GroupNode(schema, groups)
{
    public override void Probe(Scan scan)
    {
        time.TryCall(scan, out _);
        key.TryCall(scan, out _);
        value.TryCall(scan, out _);
    }

    public override void Push(Scan scan)
    {
        scan.DrainWorstRead();
        if (!time.TryCall(scan, out var instant) || !key.TryCall(scan, out var name) || !value.TryCall(scan, out var content)) return;
        if (scan.DrainWorstRead() == Quality.Good && name is not null) Groups.Put(instant, name, content, scan.Timestamp);
    }
}

/// <summary>Groups tags by the time of their samples. Runs on the recipe's thread.</summary>
/// <param name="schema">The tags of the device.</param>
/// <param name="groups">The groups.</param>
/// <param name="keys">The key of each tag: its name, after that of its device if another device has a tag with the same name.</param>
internal sealed class TagGroupNode(ScanSchema schema, GroupCollector groups, string[] keys) : GroupNode(schema, groups)
{
    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (sample.Quality == Quality.Good) Groups.Put(sample.Time, keys[sample.Tag.Index], sample.Value, scan.Timestamp);
        }
    }
}
