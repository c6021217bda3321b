using System.Text.Json;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Http.Tests.Testing;
using PlantRuntime.Plugins.Http;

namespace PlantRuntime.Http.Tests;

/// <summary>Sends to a server on Python's http.server, json and gzip that recognizes repeated requests by their key.</summary>
[Trait("Needs", "Server")]
public sealed class PythonServerTests
{
    private const string Python = "/usr/bin/python3";

    [SkippableTheory]
    [InlineData(HttpMode.Single, HttpVerb.Post, false)]
    [InlineData(HttpMode.Array, HttpVerb.Put, true)]
    [InlineData(HttpMode.Lines, HttpVerb.Post, true)]
    public async Task Every_record_arrives_once_though_answers_get_lost_and_records_are_refused(HttpMode mode, HttpVerb verb, bool isPacked)
    {
        Skip.IfNot(File.Exists(Python), "python3 is not installed");
        await using var peer = await PeerProcess.StartAsync(Python, "http_server.py", """{"fail":[2,3,9,20],"refuse":[7,8,41]}""");
        var url = $"http://127.0.0.1:{peer.Port}";
        var options = new HttpOptions { Url = $"{url}/in", Mode = mode, Method = verb, Gzip = isPacked };
        await using var sink = new HttpPlugin().Open(
            options, new PluginContext("api", "press-hall", "/", new ManualTimeProvider(Batches.Start), new CapturingPluginLog()));

        var dead = new List<int>();
        for (var i = 0; i < 5; i++)
            dead.AddRange((await DeliveryLoop.RunAsync(sink, Batches.Counting(i, 20 * i, 20)))
                .Select(id => (20 * (int)id.Batch) + id.Index));

        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        var stored = JsonSerializer.Deserialize<int[]>(await client.GetStringAsync($"{url}/stored"));
        Assert.Equal([7, 8, 41], dead);
        Assert.Equal(Enumerable.Range(0, 100).Except(dead), stored);
    }
}
