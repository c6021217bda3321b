using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.EtherNetIp.Tests.Peers;

/// <summary>A client of tests/peers that does one job and ends.</summary>
internal static class NpmClient
{
    public static bool IsInstalled(string package) => Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", package));

    public static async Task<JsonNode> RunAsync(string script, object job)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(PeerProcess.Folder, script)])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(job));
        await process.StandardInput.FlushAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        Assert.True(process.ExitCode == 0, $"{script}: {output}{await errors}");
        return JsonNode.Parse(output.Trim().Split('\n')[^1])!;
    }
}
