using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Plugins;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>One sick driver stays alone: on the real clock, beside a healthy one.</summary>
public class IsolationTests
{
    public static TheoryData<string> Ills => ["throws", "blocks its thread", "never answers", "spins", "chatters"];

    [Theory]
    [MemberData(nameof(Ills))]
    public async Task A_healthy_device_scans_on_beside_a_driver_that(string ill)
    {
        using var end = new ManualResetEventSlim();
        var lines = new LogLines();
        using var log = lines.Open(TimeProvider.System, LogLevel.Info);
        var plugins = new PlantRuntime.Engine.Plugins.HostPluginLog("sick", TimeProvider.System, log);
        var sick = new DeviceSupervisor(SiteParts.Device("sick", SiteParts.Tag("a")) with { Poll = TimeSpan.FromMilliseconds(20),
            Timeout = TimeSpan.FromMilliseconds(50) }, 1, 64, TimeProvider.System, log);
        var healthy = new DeviceSupervisor(SiteParts.Device("healthy", SiteParts.Tag("a")) with { Poll = TimeSpan.FromMilliseconds(20) }, 1,
            64, TimeProvider.System, log);
        var counter = new Counter(50);
        healthy.Swap(null, counter);
        sick.Start(() => new ScriptedDriver
        {
            OnRead = (_, _, _) =>
            {
                switch (ill)
                {
                    case "throws": throw new InvalidOperationException("oh");
                    case "blocks its thread": end.Wait(); break;
                    case "never answers": return new ValueTask(new TaskCompletionSource().Task);
                    case "spins": while (!end.IsSet) { } break;
                    case "chatters":
                        for (var i = 0; i < 100_000; i++) plugins.Info("and another thing");
                        break;
                }

                return default;
            },
        });
        healthy.Start(() => new ScriptedDriver());
        await counter.Reached.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, healthy.Status.Failed);
        if (ill == "chatters") Assert.InRange(lines.All.Count(l => l.Contains("another thing", StringComparison.Ordinal)), 1, 300);
        end.Set();
        await Task.WhenAll(sick.StopAsync("done", TimeSpan.FromSeconds(1)), healthy.StopAsync("done", TimeSpan.FromSeconds(1)));
    }

    private sealed class Counter(int wanted) : IScanListener
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task Reached => _reached.Task;

        public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples)
        {
            if (header.Failure is null && ++_count == wanted) _reached.SetResult();
        }
    }
}
