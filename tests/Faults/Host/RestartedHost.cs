namespace PlantRuntime.Faults.Host;

/// <summary>The host of a site, which is killed at any moment and started again. Owns the site's folder.</summary>
internal sealed class RestartedHost(SiteFolder site, IReadOnlyDictionary<string, string> environment) : IAsyncDisposable
{
    private PlantProcess? _process;

    public SiteFolder Site => site;

    public PlantProcess Process => _process!;

    public void Start() => _process = PlantProcess.Start(environment, "run", site.Path);

    /// <summary>Kills it as kill -9 does, and starts it at once.</summary>
    public async Task KillAndStartAsync()
    {
        await EndAsync("KILL").ConfigureAwait(false);
        Start();
    }

    /// <summary>Ends it in order and returns its output.</summary>
    public Task<string> StopAsync() => EndAsync("TERM");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null) await _process.DisposeAsync().ConfigureAwait(false);
        site.Dispose();
    }

    private async Task<string> EndAsync(string signal)
    {
        var process = Process;
        await process.SignalAsync(signal).ConfigureAwait(false);
        await process.WhenExitedAsync().ConfigureAwait(false);
        var output = process.Output;
        await process.DisposeAsync().ConfigureAwait(false);
        _process = null;
        return output;
    }
}
