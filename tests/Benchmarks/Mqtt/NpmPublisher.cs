using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Benchmarks.Mqtt;

/// <summary>Runs npm's mqtt as a publisher, which measures its own time.</summary>
internal sealed class NpmPublisher : IDisposable
{
    private readonly Process _process;

    private NpmPublisher(Process process) => _process = process;

    public static bool IsInstalled => Directory.Exists(Path.Combine(PeerProcess.Folder, "node_modules", "mqtt"));

    public static async Task<NpmPublisher> StartAsync(int port, string topic, string payload, int inFlight)
    {
        var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(PeerProcess.Folder, "mqtt_publisher.js")])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true,
        })!;
        var publisher = new NpmPublisher(process);
        await publisher.AskAsync(JsonSerializer.Serialize(new { port, topic, payload, in_flight = inFlight }), "READY");
        return publisher;
    }

    /// <summary>Publishes messages and returns the seconds from the first message to the last acknowledgement.</summary>
    public async Task<double> PublishAsync(int count) =>
        double.Parse(await AskAsync(count.ToString(CultureInfo.InvariantCulture), "DONE"), CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string line, string answer)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
        var said = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("mqtt_publisher.js ended");
        return said.StartsWith(answer, StringComparison.Ordinal) ? said[answer.Length..] : throw new InvalidOperationException(said);
    }
}
