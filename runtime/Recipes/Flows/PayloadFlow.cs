using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>Shaped payloads, ready for sinks.</summary>
public sealed class PayloadFlow
{
    private readonly PlanBuilder _plan;
    private readonly Action<Route> _add;

    internal PayloadFlow(PlanBuilder plan, Action<Route> add)
    {
        _plan = plan;
        _add = add;
    }

    /// <summary>Sends each payload to these sinks.</summary>
    public void To(params SinkRef[] sinks) => _add(_plan.AddRoute(sinks));
}
