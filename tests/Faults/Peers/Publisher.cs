using System.Diagnostics;

namespace PlantRuntime.Faults.Peers;

/// <summary>mosquitto_pub that publishes a number five times a second.</summary>
internal sealed class Publisher : IAsyncDisposable
{
    public const string Topic = "machine/value";
    private readonly Process _process;
    private readonly PeriodicTimer _timer = new(TimeSpan.FromMilliseconds(200));
    private readonly Task _publishing;

    public Publisher(int port)
    {
        Tool.Require("mosquitto_pub");
        _process = Process.Start(new ProcessStartInfo("mosquitto_pub", ["-h", "127.0.0.1", "-p", $"{port}", "-t", Topic, "-l"])
            { RedirectStandardInput = true })!;
        _publishing = PublishAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _publishing.ConfigureAwait(false);
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task PublishAsync()
    {
        for (var number = 1; await _timer.WaitForNextTickAsync().ConfigureAwait(false); number++)
        {
            await _process.StandardInput.WriteLineAsync($"{number}").ConfigureAwait(false);
            await _process.StandardInput.FlushAsync().ConfigureAwait(false);
        }
    }
}
