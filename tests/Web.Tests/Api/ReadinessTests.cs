using System.Net;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Tests.Api;

/// <summary><c>/health/live</c> and <c>/health/ready</c>.</summary>
[Trait("Needs", "Process")]
public sealed class ReadinessTests
{
    [Fact]
    public async Task A_broken_site_is_live_and_names_its_broken_parts()
    {
        await using var site = await ExampleSite.StartAsync();
        using var live = await site.Web.Client.GetAsync("/health/live");
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        var host = site.Web.Host;
        var readiness = Readiness.From(host, HostHealth.From("bottling", false, host));
        Assert.False(readiness.IsReady);
        var part = Assert.Single(readiness.Unhealthy);
        Assert.Equal(("device", "meter"), (part.Kind, part.Name));
        Assert.NotNull(part.Reason);
    }

    [Fact]
    public async Task A_standby_host_is_ready()
    {
        await using var site = await ExampleSite.StartAsync();
        var readiness = Readiness.From(site.Web.Host, HostHealth.From("bottling", true, site.Web.Host));
        Assert.Equal((true, "standby"), (readiness.IsReady, readiness.Status));
        Assert.Empty(readiness.Unhealthy);
    }
}
