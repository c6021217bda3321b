using System.Security.Cryptography.X509Certificates;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Plugins.OpcUa.Security;

namespace PlantRuntime.OpcUa.Tests.Testing;

/// <summary>node-opcua's server in a process of its own: see tests/peers/README.md for what it obeys.</summary>
public sealed class NodeOpcUaServer : IAsyncDisposable
{
    // Its address space takes seconds of processor time to load.
    private static readonly TimeSpan s_startLimit = TimeSpan.FromMinutes(3);

    private readonly PeerProcess _process;

    private NodeOpcUaServer(PeerProcess process) => _process = process;

    public int Port => _process.Port;

    /// <summary>Starts it; the test is skipped where it is not installed.</summary>
    public static async Task<NodeOpcUaServer> StartAsync(string config)
    {
        Skip.IfNot(Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "node-opcua")), "run npm ci in tests/peers");
        return new NodeOpcUaServer(await PeerProcess.StartAsync("node", "opcua_server.js", config, s_startLimit));
    }

    public async Task<string> AskAsync(string line)
    {
        var answer = await _process.AskAsync(line);
        return answer.StartsWith("ERROR", StringComparison.Ordinal) ? throw new InvalidOperationException($"{line}: {answer}") : answer;
    }

    /// <summary>Puts the server's certificate into the trusted ones of a site.</summary>
    public async Task TrustAsync(string pki) => new CertificateStore(pki).Trust(await CertificateAsync());

    public async Task<X509Certificate2> CertificateAsync() =>
        X509CertificateLoader.LoadCertificate(Convert.FromBase64String(await AskAsync("certificate")));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
