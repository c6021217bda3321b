using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Benchmarks.EtherNetIp;

/// <summary>npm's st-ethernet-ip in a process of its own, reading the same tags from the same controller.</summary>
internal sealed class StClient : IDisposable
{
    private readonly Process _process;

    private StClient(Process process) => _process = process;

    public static bool IsInstalled => Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "st-ethernet-ip"));

    public static async Task<StClient> StartAsync(int port, IEnumerable<string> tags)
    {
        var client = new StClient(Process.Start(new ProcessStartInfo("node", [Path.Combine(PeerProcess.Folder, "cip_st_client.js")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!);
        await client.WriteAsync(JsonSerializer.Serialize(new { port, connected = true, setup = false, scans = true, group = tags }));
        if (await client.ReadAsync() is not "READY" and var line) throw new InvalidOperationException($"st-ethernet-ip: {line}");
        return client;
    }

    /// <summary>Seconds for so many scans.</summary>
    public async Task<double> TimeAsync(int scans)
    {
        await WriteAsync($"{scans}");
        return double.Parse(await ReadAsync(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task WriteAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> ReadAsync() =>
        await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(
            "st-ethernet-ip ended: run npm ci in tests/peers");
}
