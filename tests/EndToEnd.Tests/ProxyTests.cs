using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Faults;

namespace PlantRuntime.EndToEnd.Tests;

/// <summary>The proxy of the host's environment, for both sinks that speak HTTP, and the servers that are reached without it.</summary>
[Trait("Needs", "Process")]
public class ProxyTests
{
    [Fact]
    public async Task Sinks_use_the_proxy_of_the_environment_except_for_servers_in_NO_PROXY()
    {
        await using var server = new ScriptedHttpServer();
        using var proxy = new ForwardingProxy(server.Port, "edge:pass/word");
        using var site = new SiteFolder($$"""
            [site]
            name = "test"

            [devices.line]
            driver = "simulator"
            poll   = "100ms"
              [devices.line.tags]
              count = "counter every=100ms"

            [sinks.far]
            sink = "http"
            url  = "http://far.example/far"

            [sinks.trend]
            sink     = "influx"
            url      = "http://trend.example"
            database = "plant"

            [sinks.near]
            sink = "http"
            url  = "{{server.Url}}/near"
            """);
        site.Write("recipes/all.csx", "Plant.line.Scans.To(Sinks.far, Sinks.trend, Sinks.near);");
        var environment = new Dictionary<string, string>
        {
            ["HTTP_PROXY"] = $"http://edge:pass%2Fword@127.0.0.1:{proxy.Port}", ["NO_PROXY"] = "127.0.0.1,localhost",
            ["http_proxy"] = $"http://edge:pass%2Fword@127.0.0.1:{proxy.Port}", ["no_proxy"] = "127.0.0.1,localhost",
        };
        await using var plant = PlantProcess.Start(environment, "run", site.Path);
        string[] targets = ["/far", "/ping", "/write?db=plant&precision=n", "/near"];
        var all = await Until.HoldsAsync(
            () => targets.All(t => server.Received.Any(r => r.Target == t)), TimeSpan.FromSeconds(100));
        Assert.True(all is not null, plant.Output);
        Assert.Equal(
            ["GET http://trend.example/ping", "POST http://far.example/far", "POST http://trend.example/write?db=plant&precision=n"],
            proxy.Requests.Distinct().Order(StringComparer.Ordinal));
    }
}
