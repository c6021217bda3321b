using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// The flows of the host itself, available as <c>Site.Alerts</c> and <c>Site.Health</c>. Code generated from site.toml creates it; used
/// while the recipe's top level runs.
/// </summary>
/// <param name="plan">The plan that is being declared.</param>
public sealed class SiteFlows(PlanBuilder plan)
{
    private static readonly TimeSpan s_alertsEvery = TimeSpan.FromSeconds(0.5);

    /// <summary>
    /// An alert when a device is lost, a sink is down, a queue or the disk fills up or a recipe is stopped, and another when that is over.
    /// </summary>
    public Flow<Alert> Alerts
    {
        get
        {
            var flow = new Flow<Alert>(plan, alert => (alert.Time, alert.Subject));
            plan.AddSiteNode(schema => new AlertNode(schema, plan.SiteStatus, plan.Clock.Ticks(s_alertsEvery), flow), "Alerts");
            return flow;
        }
    }

    /// <summary>The state of the host: <c>Site.Health.Every(1.Minutes)</c>.</summary>
    public HealthSource Health => new(plan);
}

/// <summary>The state of the host, as often as a recipe wants it. Immutable.</summary>
public sealed class HealthSource
{
    private readonly PlanBuilder _plan;

    internal HealthSource(PlanBuilder plan) => _plan = plan;

    /// <summary>Emits a report at each interval.</summary>
    public Flow<HealthReport> Every(TimeSpan interval)
    {
        if (interval <= TimeSpan.Zero) _plan.Report($"an interval is greater than zero, for instance 1.Minutes, not {interval}");
        var ticks = Math.Max(1, _plan.Clock.Ticks(interval > TimeSpan.Zero ? interval : TimeSpan.FromDays(1)));
        var flow = new Flow<HealthReport>(_plan, report => (report.Time, "site"));
        _plan.AddSiteNode(schema => new TimerNode<HealthReport>(schema, ticks, _ => _plan.SiteStatus.Health(), flow), "Health", interval);
        return flow;
    }
}
