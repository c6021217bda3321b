using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Peers.Http;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Influx.Tests.Testing;
using PlantRuntime.Plugins.Influx;

namespace PlantRuntime.Influx.Tests;

/// <summary>The steps of <c>plant doctor</c>, against a real InfluxDB 1.6; version 2 with the statuses of its API.</summary>
[Trait("Needs", "Server")]
public sealed class RealDiagnosisTests(Influxd server) : RealInfluxBase(server)
{
    [SkippableFact]
    public async Task A_database_accepts_a_write_and_gets_no_point()
    {
        await using var sink = await ConnectAsync();
        var steps = await SinkSteps.RunAsync(Open(new InfluxOptions
            { Url = Server.Url, Database = Database, RetentionPolicy = "autogen" }));
        Assert.Equal(["server ok", "write ok", "policy ok"], steps.Outcomes());
        Assert.Empty(await RowsAsync("SHOW MEASUREMENTS"));
        var step = (await SinkSteps.RunAsync(Open(new InfluxOptions
            { Url = Server.Url, Database = Database, RetentionPolicy = "autogem" })))[^1];
        Assert.Equal("there is no retention policy autogem: did you mean \"autogen\"?", step.Found);
    }

    [SkippableFact]
    public async Task A_database_that_is_missing_has_a_remedy()
    {
        Skip.IfNot(Influxd.IsInstalled, "influxdb is not installed");
        var steps = await SinkSteps.RunAsync(Open(new InfluxOptions { Url = Server.Url, Database = "nowhere" }));
        Assert.Equal(["server ok", "write FAIL"], steps.Outcomes());
        Assert.Equal("CREATE DATABASE \"nowhere\"", steps[1].Remedies[0]);
    }

    [Theory]
    [InlineData(204, "write ok", null)]
    [InlineData(400, "write ok", null)]
    [InlineData(401, "write FAIL", "check token")]
    [InlineData(403, "write FAIL", "give the token the right")]
    [InlineData(404, "write FAIL", "create the bucket plant of works")]
    [InlineData(503, "write FAIL", "see the log of the server")]
    public async Task The_statuses_of_version_2_are_explained(int status, string outcome, string? remedy)
    {
        await using var peer = new ScriptedHttpServer
        {
            Decide = request => ScriptedReply.From(request.Target.StartsWith("/ping", StringComparison.Ordinal) ? 204 : status),
        };
        var steps = await SinkSteps.RunAsync(Open(new InfluxOptions
            { Url = peer.Url, Org = "works", Bucket = "plant", Token = new Secret("t0ken") }));
        Assert.Equal(["server ok", outcome], steps.Outcomes());
        if (remedy is not null) Assert.StartsWith(remedy, steps[1].Remedies[0], StringComparison.Ordinal);
        Assert.Empty(peer.Received[^1].Content);
        Assert.DoesNotContain(steps, s => s.Found.Contains("t0ken", StringComparison.Ordinal));
    }
}
