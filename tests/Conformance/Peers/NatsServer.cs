using System.Globalization;
using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>Debian's nats-server with JetStream in a temporary folder, or a cluster of them.</summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly PeerProcess _process;

    private NatsServer(PeerProcess process, int[] ports) => (_process, Ports) = (process, ports);

    /// <summary>Port of the first server.</summary>
    public int Port => Ports[0];

    /// <summary>Ports of all servers on 127.0.0.1.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>The servers as the option <c>servers</c> names them.</summary>
    public IReadOnlyList<string> Addresses => [.. Ports.Select(p => $"127.0.0.1:{p}")];

    /// <summary>Starts servers; skips the test if nats-server is not installed.</summary>
    /// <param name="config">Lines for the configuration, besides JetStream and the ports.</param>
    /// <param name="nodes">Number of servers in the cluster.</param>
    public static async Task<NatsServer> StartAsync(string config = "", int nodes = 1)
    {
        Mosquitto.SkipIfMissing("nats-server");
        var text = $"jetstream {{ store_dir: \"STORE\" }}\n{config}";
        var process = await PeerProcess.StartAsync(
            "python3", "nats_server.py", JsonSerializer.Serialize(Enumerable.Repeat(text, nodes)), TimeSpan.FromSeconds(60));
        var ports = await process.AskAsync("ports");
        return new NatsServer(process, [.. ports.Split(' ').Select(p => int.Parse(p, CultureInfo.InvariantCulture))]);
    }

    /// <summary>Ends a server with SIGKILL.</summary>
    public Task KillAsync(int node = 0) => _process.AskAsync($"kill {node}");

    /// <summary>Starts a killed server again, with its files and port.</summary>
    public Task RestartAsync(int node = 0) => _process.AskAsync($"start {node}");

    /// <summary>Stops a server with SIGSTOP: it keeps its connections and answers nothing.</summary>
    public Task FreezeAsync(int node = 0) => _process.AskAsync($"freeze {node}");

    /// <summary>Lets a frozen server go on.</summary>
    public Task ThawAsync(int node = 0) => _process.AskAsync($"thaw {node}");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
