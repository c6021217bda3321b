using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// Two serial ports that are connected to each other, made by Debian's socat. Whatever is written to one is read from the other.
/// </summary>
public sealed class SerialPair : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private PeerProcess _process;

    private SerialPair(TemporaryFolder folder, PeerProcess process) => (_folder, _process) = (folder, process);

    /// <summary>The port for the product.</summary>
    public string Port => _folder.Of("a");

    /// <summary>The port for the far end.</summary>
    public string FarPort => _folder.Of("b");

    /// <summary>Makes a pair; skips the test if socat is not installed.</summary>
    public static async Task<SerialPair> StartAsync()
    {
        Mosquitto.SkipIfMissing("socat");
        var folder = new TemporaryFolder();
        return new SerialPair(folder, await StartAsync(folder));
    }

    /// <summary>Removes both ports, as unplugging an adapter does.</summary>
    public Task UnplugAsync() => _process.AskAsync("unplug");

    /// <summary>Makes both ports again, after <see cref="UnplugAsync"/>.</summary>
    public async Task PlugInAsync()
    {
        await _process.DisposeAsync();
        _process = await StartAsync(_folder);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }

    private static Task<PeerProcess> StartAsync(TemporaryFolder folder) =>
        PeerProcess.StartAsync("python3", "serial_pair.py", JsonSerializer.Serialize(folder.Of("")));
}
