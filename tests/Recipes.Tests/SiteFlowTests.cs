using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Tests;

/// <summary><c>Site.Alerts</c> and <c>Site.Health</c>, and the shape of the EMS gateway's records.</summary>
public class SiteFlowTests
{
    [Fact]
    public void Alerts_that_come_after_the_start_are_emitted_once_and_in_order()
    {
        var status = new ScriptedStatus();
        status.Raise(AlertKind.Device, "old", true, "before the recipe started");
        var plan = new PlanFixture(Alerts, status: status);
        status.Raise(AlertKind.Device, "meter", true, "no answer");
        status.Raise(AlertKind.Device, "meter", false, "no answer");
        plan.Advance(TimeSpan.FromSeconds(1)).Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
        [
            """{"kind":"Device","subject":"meter","active":true,"reason":"no answer"}""",
            """{"kind":"Device","subject":"meter","active":false,"reason":"no answer"}""",
        ], plan.Records);
    }

    [Fact]
    public void An_edited_recipe_goes_on_where_the_version_before_ended()
    {
        var status = new ScriptedStatus();
        var before = new PlanFixture(Alerts, status: status);
        status.Raise(AlertKind.Sink, "broker", true, "down");
        before.Advance(TimeSpan.FromSeconds(1));
        status.Raise(AlertKind.Sink, "broker", false, "down");
        var after = new PlanFixture(Alerts, before, status);
        after.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(before.Records);
        Assert.Contains("\"active\":false", Assert.Single(after.Records), StringComparison.Ordinal);
    }

    [Fact]
    public void After_a_restart_of_the_host_all_its_alerts_are_new()
    {
        var before = new PlanFixture(Alerts, status: new ScriptedStatus());
        var next = new ScriptedStatus();
        next.Raise(AlertKind.Device, "meter", true, "no answer");
        var after = new PlanFixture(Alerts, before, next);
        after.Advance(TimeSpan.FromSeconds(1));
        Assert.Single(after.Records);
    }

    [Fact]
    public void Health_is_reported_at_each_interval()
    {
        var plan = new PlanFixture(
            p => p.Site.Health.Every(1.Minutes)
                .Payload(h => new
                {
                    total_devices = h.TotalDevices, active_devices = h.ActiveDevices, last_collection = h.LastCollection,
                    devices = h.Devices,
                })
                .To(p.Sink),
            status: new ScriptedStatus());
        plan.Advance(TimeSpan.FromMinutes(1)).Advance(TimeSpan.FromSeconds(30)).Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(2, plan.Records.Count);
        Assert.Equal(
            """{"total_devices":2,"active_devices":1,"last_collection":null,"devices":[{"Name":"meter","State":"Running","Reason":null"""
            + ""","Scans":7,"Errors":1,"ResponseMilliseconds":12.5}]}""", plan.Records[0]);
    }

    [Fact]
    public void An_interval_of_nothing_is_a_problem()
    {
        var plan = new PlanFixture(p => p.Site.Health.Every(TimeSpan.Zero).Payload(h => new { h.Waiting }).To(p.Sink));
        Assert.Contains("an interval is greater than zero", plan.Problems.Single(), StringComparison.Ordinal);
    }

    [Fact]
    public void Alerts_without_an_output_are_a_warning() =>
        Assert.Contains("no output", new PlanFixture(p => _ = p.Site.Alerts).Problems.Single(), StringComparison.Ordinal);

    [Fact]
    public void Measurements_have_value_unit_and_quality_of_each_tag()
    {
        var plan = new PlanFixture(p => p.Line.Scans.Only("speed", "temp")
            .Range("temp", 0, 100)
            .Payload(scan => new { device_id = scan.Device, measurements = scan.Measurements }).To(p.Sink));
        plan.Scan(230.5, 130.0);
        Assert.Equal(
            """{"device_id":"line","measurements":{"speed":{"value":230.5,"unit":"1/min","quality":"GOOD"}"""
            + ""","temp":{"value":null,"unit":"°C","quality":"BAD_RANGE"}}}""", plan.Records.Single());
    }

    private static void Alerts(PlanFixture plan) => plan.Site.Alerts
        .Payload(a => new { kind = a.Kind, subject = a.Subject, active = a.IsActive, reason = a.Reason }).To(plan.Sink);

    private sealed class ScriptedStatus : ISiteStatus
    {
        private readonly List<Alert> _alerts = [];

        public string Run { get; } = Guid.NewGuid().ToString();

        public long LastAlert => _alerts.Count;

        public IReadOnlyList<Alert> AlertsAfter(long number) => [.. _alerts.Skip((int)number)];

        public void Raise(AlertKind kind, string subject, bool isActive, string reason) =>
            _alerts.Add(new Alert(_alerts.Count + 1, DateTime.UnixEpoch, kind, subject, isActive, reason));

        public HealthReport Health() =>
            new(DateTime.UnixEpoch, 2, 1, 70, null, 35, 90, 0, [new DeviceHealth("meter", "Running", null, 7, 1, 12.5)], []);
    }
}
