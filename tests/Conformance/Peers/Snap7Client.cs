using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>snap7's own client in a process of its own: a second opinion on what the server holds.</summary>
public sealed class Snap7Client : IDisposable
{
    private readonly Process _process;

    /// <summary>Connects to it.</summary>
    public Snap7Client(PeerProcess server)
    {
        var script = Path.Combine(PeerProcess.Folder, "snap7_client.js");
        _process = Process.Start(new ProcessStartInfo("node", [script, server.Port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
    }

    /// <summary>Bytes in hex.</summary>
    public Task<string> ReadAsync(string area, int block, int at, int bytes) => DoAsync(new { op = "read", area, block, at, bytes });

    /// <summary>Writes bytes in hex.</summary>
    public async Task WriteAsync(string area, int block, int at, string hex) =>
        Assert.Equal("OK", await DoAsync(new { op = "write", area, block, at, hex }));

    /// <summary>Puts the CPU into STOP.</summary>
    public async Task StopCpuAsync() => Assert.Equal("OK", await DoAsync(new { op = "stop" }));

    /// <summary>Puts the CPU into RUN.</summary>
    public async Task StartCpuAsync() => Assert.Equal("OK", await DoAsync(new { op = "start" }));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> DoAsync(object command)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(command));
        await _process.StandardInput.FlushAsync();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("snap7's client ended");
    }
}
