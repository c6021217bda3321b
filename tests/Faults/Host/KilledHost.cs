using System.Text.RegularExpressions;
using PlantRuntime.Conformance.Peers;

namespace PlantRuntime.Faults.Host;

/// <summary>The host of a site with these devices, which is killed and started again; keeps the output of all ended runs.</summary>
internal sealed class KilledHost(SiteFolder site, params string[] devices) : IAsyncDisposable
{
    private static readonly Dictionary<string, string> s_environment = new() { ["PGPASSWORD"] = PostgresServer.Password };
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(120);
    private PlantProcess _process = null!;
    private bool _hasEnded = true;

    public List<string> Outputs { get; } = [];

    public int Kills { get; private set; }

    public Task StartAsync()
    {
        _process = PlantProcess.Start(s_environment, "run", site.Path);
        _hasEnded = false;
        return ConnectedAsync();
    }

    public async Task KillAndStartAsync()
    {
        await ConnectedAsync();
        Kills++;
        await _process.SignalAsync("KILL");
        await EndAsync();
        await StartAsync();
    }

    public async Task StopAsync()
    {
        await _process.SignalAsync("TERM");
        await EndAsync();
    }

    /// <summary>Waits until all devices are connected.</summary>
    public async Task ConnectedAsync()
    {
        foreach (var device in devices)
        {
            await _process.WhenAsync($"CONNECTED .*device={device} ");
            await Until.MustHoldAsync(() => IsConnected(device), s_patience, device);
        }
    }

    /// <summary>Waits until all devices have noticed that the connection is lost.</summary>
    public Task LostAsync() => Until.MustHoldAsync(() => !devices.Any(IsConnected), s_patience, "no RECONNECT");

    public ValueTask DisposeAsync() => _hasEnded ? default : _process.DisposeAsync();

    private async Task EndAsync()
    {
        await _process.WhenExitedAsync();
        Outputs.Add(_process.Output);
        await _process.DisposeAsync();
        _hasEnded = true;
    }

    private bool IsConnected(string device)
    {
        var output = _process.Output;
        var connected = Regex.Match(output, $"CONNECTED .*device={device} ", RegexOptions.RightToLeft);
        var lost = Regex.Match(output, $"RECONNECT .*device={device} ", RegexOptions.RightToLeft);
        return connected.Success && (!lost.Success || lost.Index < connected.Index);
    }
}
