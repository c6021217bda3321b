using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// Scans whose tags get their names from values when they are sent to sinks. Immutable; used while the recipe's top level runs.
/// </summary>
public sealed class NamedFlow
{
    private readonly PlanBuilder _plan;
    private readonly IReadOnlyList<Node> _branches;
    private readonly TagNameTemplate _template;

    internal NamedFlow(PlanBuilder plan, IReadOnlyList<Node> branches, TagNameTemplate template) =>
        (_plan, _branches, _template) = (plan, branches, template);

    /// <summary>Sends the samples of each scan to these sinks.</summary>
    public void To(params SinkRef[] sinks)
    {
        var route = _plan.AddRoute(sinks);
        foreach (var branch in _branches) branch.Attach(new NamedRouteNode(branch.Schema, _template, route));
    }
}
