using System.Globalization;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Sites.Tests.Testing;

/// <summary>A snap7 server with one data block, which a second client writes while the plant reads it.</summary>
internal sealed class Plc : IAsyncDisposable
{
    private readonly string _block;
    private PeerProcess? _server;

    private Plc(PeerProcess server, string block) => (_server, _block, Port) = (server, block, server.Port);

    public int Port { get; }

    /// <summary>Starts it with these bytes in the block.</summary>
    public static async Task<Plc> StartAsync(int block, byte[] bytes)
    {
        var module = Path.Combine(PeerProcess.Folder, "node_modules", "node-snap7", "build", "Release", "node_snap7.node");
        Skip.IfNot(File.Exists(module), "run npm ci in tests/peers: it builds node-snap7, which needs g++, make and python3");
        var served = $$"""
            [{"area": "DB", "block": {{block}}, "at": 0, "type": "SIZE", "value": "{{bytes.Length}}"},
             {"area": "DB", "block": {{block}}, "at": 0, "type": "BYTES", "value": "{{Convert.ToHexString(bytes)}}"}]
            """;
        var server = await PeerProcess.StartAsync("node", "snap7_server.js", served.ReplaceLineEndings(" "));
        return new Plc(server, block.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes all bytes of the block at once.</summary>
    public Task WriteAsync(byte[] bytes)
    {
        var script = Path.Combine(PeerProcess.Folder, "snap7_write.js");
        return Tool.RunAsync("node", script, Port.ToString(CultureInfo.InvariantCulture), _block, Convert.ToHexString(bytes));
    }

    /// <summary>Connects a second client.</summary>
    public Snap7Client Look() => new(_server!);

    /// <summary>Switches it off.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_server is { } server) await server.DisposeAsync();
        _server = null;
    }
}
