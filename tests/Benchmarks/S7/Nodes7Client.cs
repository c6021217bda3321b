using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Benchmarks.S7;

/// <summary>npm's nodes7 in a process of its own, reading the same tags from the same server.</summary>
internal sealed class Nodes7Client : IDisposable
{
    private readonly Process _process;

    private Nodes7Client(Process process) => _process = process;

    public static bool IsInstalled => Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "nodes7"));

    public static async Task<Nodes7Client> StartAsync(int port, TagLayout layout)
    {
        var script = Path.Combine(PeerProcess.Folder, "nodes7_client.js");
        var client =
            new Nodes7Client(
                Process.Start(new ProcessStartInfo("node", [script, $"{port}", .. layout.Tags.Select(t => $"DB9,{t.Type}{t.At}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        while (await client.ReadAsync() != "READY")
        {
            // It may talk before it is ready.
        }

        return client;
    }

    /// <summary>Seconds for so many scans.</summary>
    public async Task<double> TimeAsync(int scans)
    {
        await _process.StandardInput.WriteLineAsync($"{scans}");
        await _process.StandardInput.FlushAsync();
        return double.Parse(await ReadAsync(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("nodes7 ended: run npm ci in tests/peers");
}
