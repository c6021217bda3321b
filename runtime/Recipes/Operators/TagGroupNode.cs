using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>Groups tags by the time of their samples.</summary>
internal sealed class TagGroupNode(Schema schema, GroupRule rule, PlanBuilder plan, Flow<TimeGroup> flow) : GroupNode(schema, rule, plan, flow)
{
    public override void Push(Scan scan)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (sample.Quality == Quality.Good) Put(sample.Time, sample.Tag.Name, sample.Value, scan.Timestamp);
        }
    }
}
