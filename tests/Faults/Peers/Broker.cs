using System.Diagnostics;
using System.Net.Sockets;
using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Peers;
using PlantRuntime.Faults.Oracle;

namespace PlantRuntime.Faults.Peers;

/// <summary>Runs mosquitto on one port with persistent sessions, can stop and start it, and records messages with mosquitto_sub.</summary>
internal sealed class Broker : IAsyncDisposable
{
    /// <summary>Messages in flight from mosquitto to mosquitto_sub.</summary>
    public const int InFlight = 100;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly TemporaryFolder _folder = new();
    private readonly Arrivals _arrivals;
    private Process? _broker;
    private Process? _recorder;

    public Broker(Arrivals arrivals)
    {
        _arrivals = arrivals;
        File.WriteAllLines(_folder.Of("mosquitto.conf"),
        [
            "user root", $"listener {Port} 127.0.0.1", "allow_anonymous true", "persistence true", $"persistence_location {_folder.Path}/",
            "max_queued_messages 0", $"max_inflight_messages {InFlight}",
        ]);
    }

    public int Port { get; } = ClosedPort.Find();

    public bool IsUp => _broker is not null;

    /// <summary>Count of stops.</summary>
    public int Stops { get; private set; }

    public async Task StartAsync()
    {
        _broker = Run("mosquitto", "-c", _folder.Of("mosquitto.conf"));
        await Until.MustHoldAsync(Answers, s_patience, "mosquitto answers").ConfigureAwait(false);
        _recorder ??= StartRecorder();
    }

    /// <summary>Stops it with SIGTERM: it stores undelivered messages.</summary>
    public async Task StopAsync()
    {
        Stops++;
        using (var kill = Process.Start("kill", [$"{_broker!.Id}"])) await kill.WaitForExitAsync().ConfigureAwait(false);
        await _broker.WaitForExitAsync().ConfigureAwait(false);
        _broker.Dispose();
        _broker = null;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _recorder, _broker })
        {
            if (process is null) continue;
            process.Kill();
            await process.WaitForExitAsync().ConfigureAwait(false);
            process.Dispose();
        }

        _folder.Dispose();
    }

    private Process StartRecorder()
    {
        var recorder = Run("mosquitto_sub", "-h", "127.0.0.1", "-p", $"{Port}", "-q", "1", "-c", "-i", "recorder", "-t", "faults/#");
        recorder.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } text) _arrivals.Add(text);
        };
        recorder.BeginOutputReadLine();
        return recorder;
    }

    private bool Answers()
    {
        try
        {
            using var client = new TcpClient("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static Process Run(string program, params string[] arguments)
    {
        Tool.Require(program);
        var process =
            Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        return process;
    }
}
