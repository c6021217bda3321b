using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Sinks;

namespace PlantRuntime.Tools.Control;

/// <summary>
/// Executes <c>plant restart</c>, and retries a device for <c>plant doctor</c>. Called by the <see cref="ControlServer"/> on the thread
/// pool; keeps no state.
/// </summary>
/// <param name="devices">The devices of the site, as they are now: the list follows reloads.</param>
/// <param name="sinks">Its sinks, likewise.</param>
internal sealed class RestartCommands(IReadOnlyList<DeviceSupervisor> devices, IReadOnlyList<SinkSupervisor> sinks)
{
    /// <summary>The name of the command that restarts a device or sink.</summary>
    public const string Restart = "restart";

    /// <summary>The name of the command that retries a device if it does not work.</summary>
    public const string RetryDevice = "device-retry";

    // A running scan or batch may end within this time.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(3);

    /// <summary>Registers the commands, before the server starts.</summary>
    public void AddTo(ControlServer server)
    {
        server.On(Restart, RestartAsync);
        server.On(RetryDevice, RetryAsync);
    }

    private async Task<JsonNode> RestartAsync(JsonObject request)
    {
        var name = Name(request);
        var device = devices.FirstOrDefault(d => d.Name == name);
        var sink = sinks.FirstOrDefault(s => s.Name == name);
        if (device is null && sink is null)
        {
            var known = devices.Select(d => d.Name).Concat(sinks.Select(s => s.Name));
            throw new ControlException($"no device or sink \"{name}\" in the running site{Nearest.DidYouMean(name, known)}");
        }

        if (device is not null && !await device.RestartAsync(s_patience).ConfigureAwait(false))
            throw NotRestarted("device", name, device.Status.Reason);
        if (sink is not null && !await sink.RestartAsync(s_patience).ConfigureAwait(false)) throw NotRestarted("sink", name, sink.Reason);
        return new JsonObject { ["kind"] = device is null ? "sink" : sink is null ? "device" : "device and sink" };
    }

    private async Task<JsonNode> RetryAsync(JsonObject request)
    {
        var name = Name(request);
        var device = devices.FirstOrDefault(d => d.Name == name)
            ?? throw new ControlException(
                $"no device \"{name}\" in the running site{Nearest.DidYouMean(name, devices.Select(d => d.Name))}");
        await device.RetryNowAsync().ConfigureAwait(false);
        return new JsonObject();
    }

    private static ControlException NotRestarted(string kind, string name, string? reason) =>
        new($"{kind} {name} cannot be started: {reason ?? "it is being stopped"}");

    private static string Name(JsonObject request) => (string?)request["name"] ?? throw new ControlException("the command lacks \"name\"");
}
