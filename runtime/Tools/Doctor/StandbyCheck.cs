using PlantRuntime.Engine.Plugins;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Tools.Doctor;

/// <summary>
/// Tests the way to each device while a host waits for its lease: does its name resolve, and does its port accept a connection. Run by
/// <c>plant run</c> until the host is active; logs STANDBY when a result changes. It sends no byte and opens no session, because the active
/// host has those, and a PLC accepts few.
/// </summary>
internal sealed class StandbyCheck(PluginCatalog plugins, PluginFactory factory, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, string?> _reasons = [];

    /// <summary>Tests all devices every 10 s, one after the other, until cancelled.</summary>
    public async Task RunAsync(IReadOnlyList<DeviceModel> devices, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            foreach (var device in devices)
            {
                if (!cancel.IsCancellationRequested) await CheckAsync(device, cancel).ConfigureAwait(false);
            }

            await Task.Delay(s_every, time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CheckAsync(DeviceModel model, CancellationToken cancel)
    {
        try
        {
            var device = StandaloneDevice.Open(plugins, factory, model);
            await using var closing = device.ConfigureAwait(false);
            await foreach (var step in NetworkDiagnosis.RunAsync(device, model, cancel).ConfigureAwait(false))
            {
                if (!step.IsGood) Report(model.Name, step.Found ?? step.Name);
                else if (step.Name == "port") Report(model.Name, null);
            }
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            // The host is active now, or ends.
        }
        catch (Exception exception)
        {
            Report(model.Name, PluginFault.Describe(exception));
        }
    }

    private void Report(string device, string? reason)
    {
        if (_reasons.TryGetValue(device, out var known) && known == reason) return;
        _reasons[device] = reason;
        if (reason is null) log.Info($"STANDBY device={device} state=Reachable");
        else log.Warn($"STANDBY device={device} state=Unreachable reason=\"{reason}\" next=\"this host could not read it after a takeover: plant doctor says more\"");
    }
}
