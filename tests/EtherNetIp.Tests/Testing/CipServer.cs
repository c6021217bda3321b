using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;

namespace PlantRuntime.EtherNetIp.Tests.Testing;

/// <summary>cip_server.js in a process of its own: a controller with its own codec. See tests/peers/README.md.</summary>
internal sealed class CipServer : IAsyncDisposable
{
    private readonly PeerProcess _process;

    private CipServer(PeerProcess process) => _process = process;

    public int Port => _process.Port;

    public static async Task<CipServer> StartAsync(object program) =>
        new(await PeerProcess.StartAsync("node", "cip_server.js", JsonSerializer.Serialize(program)));

    /// <summary>Starts a controller with these tags.</summary>
    public static Task<CipServer> StartAsync(string controller, params object[] tags) => StartAsync(new { controller, tags });

    public EtherNetIpDriver Open(EtherNetIpOptions? options = null, TimeProvider? time = null, CapturingPluginLog? log = null)
    {
        options ??= new EtherNetIpOptions { Host = "127.0.0.1", Port = Port };
        return new EtherNetIpDriver(options, new PluginContext(
            "plc", "test", ".", time ?? TimeProvider.System, log ?? new CapturingPluginLog()));
    }

    public async Task<EtherNetIpDriver> ConnectAsync(EtherNetIpOptions? options = null, TimeProvider? time = null)
    {
        var driver = Open(options, time);
        await driver.ConnectAsync(CancellationToken.None);
        return driver;
    }

    public Task SetFaultsAsync(object faults) => AskAsync(new { faults });

    public Task SetAsync(string tag, object value) => AskAsync(new { set = new Dictionary<string, object> { [tag] = value } });

    public async Task<JsonNode> GetAsync(string tag) => (await AskAsync(new { get = tag }))["value"]!;

    public Task ResetStatsAsync() => AskAsync(new { reset = true });

    public async Task<JsonNode> StatsAsync() => await AskAsync(new { stats = true });

    public async Task<JsonNode> AskAsync(object command) => JsonNode.Parse(await _process.AskAsync(JsonSerializer.Serialize(command)))!;

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
