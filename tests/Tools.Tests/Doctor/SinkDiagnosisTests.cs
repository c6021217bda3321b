using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Models;
using PlantRuntime.Sites.Toml;
using PlantRuntime.Tools.Doctor;

namespace PlantRuntime.Tools.Tests.Doctor;

/// <summary>The steps of <c>plant doctor</c> for a sink: name and port by the host, then those of the plugin.</summary>
public sealed class SinkDiagnosisTests
{
    private static readonly SourceLocation s_at = new("site.toml", 1, 1);

    private static readonly SinkModel s_model = new()
    {
        Name = "store", At = s_at, Sink = "own", SinkAt = s_at, Settings = new TomlTable(s_at),
    };

    [Fact]
    public async Task Name_and_port_come_before_the_steps_of_the_plugin()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var steps = await RunAsync(new DiagnosableSink($"127.0.0.1:{port}"));
        Assert.Equal(["name ok", "port ok", "login ok"], steps);
        server.Stop();
        Assert.Equal(["name ok", "port FAIL"], await RunAsync(new DiagnosableSink($"127.0.0.1:{port}")));
        Assert.Equal(["name FAIL"], await RunAsync(new DiagnosableSink("store.invalid:1")));
        Assert.Equal(["login ok"], await RunAsync(new DiagnosableSink(null)));
    }

    [Fact]
    public async Task A_sink_that_hangs_or_throws_is_reported()
    {
        var steps = await StepsAsync(new DiagnosableSink(null) { After = cancel => Task.Delay(Timeout.Infinite, cancel) });
        Assert.Equal((false, "the receiver did not answer within 0.05 s"), (steps[1].IsGood, steps[1].Found));
        steps = await StepsAsync(new DiagnosableSink(null) { After = _ => throw new InvalidDataException("odd reply") });
        Assert.Equal((false, "odd reply", "the sink own could not finish its own steps"),
            (steps[1].IsGood, steps[1].Found, steps[1].Remedies[0]));
    }

    [Fact]
    public async Task A_sink_without_steps_says_so()
    {
        var step = Assert.Single(await StepsAsync(new PlainSink()));
        Assert.True(step.IsGood);
        Assert.StartsWith("the plugin own has no test", step.Found, StringComparison.Ordinal);
    }

    private static async Task<string[]> RunAsync(ISink sink) =>
        [.. (await StepsAsync(sink)).Select(s => $"{s.Name} {(s.IsGood ? "ok" : "FAIL")}")];

    private static async Task<List<DiagnosisStep>> StepsAsync(ISink sink)
    {
        var steps = new List<DiagnosisStep>();
        await foreach (var step in SinkDiagnosis.RunAsync(sink, s_model, CancellationToken.None)) steps.Add(step);
        return steps;
    }

    private class PlainSink : ISink
    {
        public ValueTask ConnectAsync(CancellationToken cancel) => throw new InvalidOperationException("doctor does not connect");

        public ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel) => throw new InvalidOperationException("nor write");

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class DiagnosableSink(string? endpoint) : PlainSink, IDiagnosableSink, IPatientSink
    {
        public string? Endpoint => endpoint;

        public Func<CancellationToken, Task>? After { get; init; }

        // Long enough for a connect on a busy machine, unless the test is about the deadline.
        public TimeSpan CallTimeout => After is null ? TimeSpan.FromSeconds(30) : TimeSpan.FromMilliseconds(50);

        public async IAsyncEnumerable<DiagnosisStep> DiagnoseAsync([EnumeratorCancellation] CancellationToken cancel)
        {
            yield return new DiagnosisStep("login", true, "granted");
            if (After is not null) await After(cancel);
        }
    }
}
