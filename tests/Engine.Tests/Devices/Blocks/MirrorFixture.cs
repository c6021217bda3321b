using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Logging;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

/// <summary>A press and a laboratory on virtual time, and the site's mirrors between them.</summary>
internal sealed class MirrorFixture : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly PlantLog _log;
    private long _beats;

    public MirrorFixture()
    {
        _log = Log.Open(Time, LogLevel.Info);
        var reconnect = new ReconnectOptions { First = Every, Max = Every };
        (SourceRunner, TargetRunner) = (Runner("press"), Runner("lab"));
        Book = new MirrorRegistry([SourceRunner, TargetRunner], Time, _log);
        SourceRunner.Start(() => Source);
        TargetRunner.Start(() => Target);

        DeviceSupervisor Runner(string name)
        {
            var model = SiteParts.Device(name) with { Timeout = TimeSpan.FromSeconds(1), Reconnect = reconnect };
            return new DeviceSupervisor(model, 1, 64, DeviceTime, _log);
        }
    }

    public static TimeSpan Every { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The mirrors' own clock: its only timer is the one for the next beat, so a test can wait until that is set.</summary>
    public ManualTimeProvider Time { get; } = new();

    /// <summary>The devices' clock: timeouts and pauses before they connect again.</summary>
    public ManualTimeProvider DeviceTime { get; } = new();

    public LogLines Log { get; } = new();

    public PlantLog Speak => _log;

    public BlockDriver Source { get; } = new([.. Enumerable.Range(1, 14).Select(i => (byte)i)]);

    /// <summary>Fourteen bytes for the press's, one for the watchdog, one that nobody has a right to.</summary>
    public BlockDriver Target { get; set; } = new([.. Enumerable.Repeat((byte)0xEE, 16)]);

    public DeviceSupervisor SourceRunner { get; }

    public DeviceSupervisor TargetRunner { get; }

    public MirrorRegistry Book { get; }

    public MirrorStatus Status => Book.Running[0].Status;

    public string Image => Convert.ToHexString(Target.Memory.AsSpan(0, 14));

    public static Mirror Mirror(bool changedOnly = false, int? watchdog = null, int bytes = 14) =>
        new("press", "DB500", "lab", "DB501", bytes, Every, Every, changedOnly, watchdog);

    /// <summary>Waits for both connections and starts a mirror, whose first beat is at once.</summary>
    public async Task<MirrorFixture> StartAsync(Mirror mirror)
    {
        await Log.WhenAsync("CONNECTED", 2);
        Book.Apply("press.csx", [mirror]);
        _beats = 1;
        await WhenBeatenAsync();
        return this;
    }

    /// <summary>Lets a period pass and waits until the mirror has done what was due.</summary>
    public async Task BeatAsync(int times = 1)
    {
        for (var i = 0; i < times; i++)
        {
            await Time.WhenArmedAsync().WaitAsync(s_patience);
            DeviceTime.Advance(Every);
            Time.Advance(Every);
            _beats++;
            await WhenBeatenAsync();
        }
    }

    public Task WhenBeatenAsync(int more = 0)
    {
        _beats += more;
        return WhenAsync(() => Status.Copies + Status.Unchanged + Status.Skips >= _beats);
    }

    public static async Task WhenAsync(Func<bool> isTrue)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!isTrue())
        {
            Assert.False(patience.IsCancellationRequested, "it did not come about");
            await Task.Yield();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Book.StopAsync(s_patience).WaitAsync(s_patience);
        foreach (var device in (DeviceSupervisor[])[SourceRunner, TargetRunner])
            await device.StopAsync("the test ends", s_patience).WaitAsync(s_patience);
        _log.Dispose();
    }
}
