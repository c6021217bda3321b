using System.Threading.Channels;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>A device on virtual time with a scripted driver; its scans arrive in a channel.</summary>
internal sealed class DeviceFixture : IScanListener, IAsyncDisposable
{
    private readonly Channel<(ScanInfo Header, Sample[] Samples)> _scans = Channel.CreateUnbounded<(ScanInfo, Sample[])>();
    private readonly PlantLog _log;

    public DeviceFixture(Func<DeviceModel, DeviceModel>? change = null)
    {
        _log = Log.Open(Time, LogLevel.Debug);
        var model = SiteParts.Device("plc", SiteParts.Tag("a"), SiteParts.Tag("b"));
        Runner = new DeviceSupervisor(change?.Invoke(model) ?? model, 1, 64, Time, _log);
        Runner.Swap(null, this);
    }

    public ManualTimeProvider Time { get; } = new();

    public LogLines Log { get; } = new();

    public PlantLog PlantLog => _log;

    public DeviceSupervisor Runner { get; }

    public List<ScriptedDriver> Drivers { get; } = [];

    public void Start(Action<ScriptedDriver>? script = null) => Runner.Start(() =>
    {
        var driver = new ScriptedDriver();
        script?.Invoke(driver);
        Drivers.Add(driver);
        return driver;
    });

    /// <summary>The next scan that the device delivered.</summary>
    public async Task<(ScanInfo Header, Sample[] Samples)> NextAsync() => await _scans.Reader.ReadAsync().AsTask()
        .WaitAsync(TimeSpan.FromSeconds(20));

    public bool HasScan => _scans.Reader.Count > 0;

    /// <summary>Waits until so many timers are set (the device's own, and one that its driver waits for), then lets time pass.</summary>
    public async Task AdvanceAsync(TimeSpan by, int timers = 1)
    {
        await Time.WhenArmedAsync(timers).WaitAsync(TimeSpan.FromSeconds(20));
        Time.Advance(by);
    }

    public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples) => _scans.Writer.TryWrite((header, samples.ToArray()));

    public async ValueTask DisposeAsync()
    {
        var stopping = Runner.StopAsync("the test ends", TimeSpan.FromSeconds(3));

        // What works ends by itself; virtual time goes on only for what does not come back.
        await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromSeconds(2)));
        while (!stopping.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await stopping;
        _log.Dispose();
    }
}
