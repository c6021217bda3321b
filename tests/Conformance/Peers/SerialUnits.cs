using System.Globalization;
using System.Text.Json;

namespace PlantRuntime.Conformance.Peers;

/// <summary>
/// Modbus RTU units on a pseudo terminal, tests/peers/serial_units.py: they answer only at their speed, and can send as slowly as a line of
/// that speed. Register n holds n.
/// </summary>
public sealed class SerialUnits : IAsyncDisposable
{
    private readonly TemporaryFolder _folder;
    private readonly PeerProcess _process;

    private SerialUnits(TemporaryFolder folder, PeerProcess process) => (_folder, _process) = (folder, process);

    /// <summary>The port.</summary>
    public string Port => _folder.Of("line");

    /// <summary>Starts the units.</summary>
    /// <param name="units">Unit ids.</param>
    /// <param name="baud">Their speed.</param>
    /// <param name="delay">Time from the end of a request to the reply.</param>
    /// <param name="isPaced">True to send each byte at the time at which a line of that speed would deliver it.</param>
    /// <param name="seed">Seed of the faults.</param>
    public static async Task<SerialUnits> StartAsync(int[] units, int baud, TimeSpan delay = default, bool isPaced = false, int seed = 1)
    {
        var folder = new TemporaryFolder();
        var asked = new { port = folder.Of("line"), units, baud, delay_ms = delay.TotalMilliseconds, paced = isPaced, seed };
        return new SerialUnits(folder, await PeerProcess.StartAsync("python3", "serial_units.py", JsonSerializer.Serialize(asked)));
    }

    /// <summary>
    /// Lets a share of the replies be faulty: "noise", "half", "echo", "late", "wrong" or "none", as the script describes.
    /// </summary>
    public Task FaultAsync(string name, double share = 0) =>
        _process.AskAsync(string.Create(CultureInfo.InvariantCulture, $"fault {name} {share}"));

    /// <summary>Removes the port, as unplugging an adapter does.</summary>
    public Task UnplugAsync() => _process.AskAsync("unplug");

    /// <summary>Makes the port again.</summary>
    public Task PlugInAsync() => _process.AskAsync("plug");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _folder.Dispose();
    }
}
