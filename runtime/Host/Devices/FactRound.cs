using PlantRuntime.Contracts;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Devices;

/// <summary>Asks a device what it says of itself, after each connect and every half minute, and logs what changed.</summary>
internal sealed class FactRound(DeviceRunner device, TimeProvider time, PlantLog log)
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(30);
    private IReadOnlyList<DeviceFact> _logged = [];
    private Task _asking = Task.CompletedTask;
    private long _connects;
    private long _asked;

    /// <summary>Called from time to time: asks when it is due and no question is under way.</summary>
    public void Look()
    {
        var connects = device.Status.Connects;
        if (device.Status.State != DeviceState.Running || !_asking.IsCompleted) return;
        if (connects == _connects && time.GetElapsedTime(_asked) < s_every) return;
        (_connects, _asked) = (connects, time.GetTimestamp());
        _asking = AskAsync();
    }

    private async Task AskAsync()
    {
        try
        {
            var facts = await device.AskAsync((driver, cancel) => ((IDescribed)driver).DescribeAsync(cancel)).ConfigureAwait(false);
            device.Status.Facts = facts;
            Log(facts.Where(f => !_logged.Contains(f)).ToList());
            _logged = facts;
        }
        catch (Exception exception)
        {
            // A lost connection is told by the session; a device that does not answer this is asked again.
            if (log.IsDebug) log.Debug($"FACTS device={device.Name} reason=\"{exception.Message}\"");
        }
    }

    private void Log(List<DeviceFact> changed)
    {
        if (changed.Count == 0) return;
        var level = changed.Exists(f => f.IsWrong) ? LogLevel.Warn : LogLevel.Info;
        log.Write(level, $"FACTS device={device.Name} {string.Join(' ', changed.Select(f => $"{f.Name}=\"{f.Text}\""))}");
    }
}
