using System.Runtime.CompilerServices;
using PlantRuntime.Conformance.Host;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.RecipeHost.Run;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.RecipeHost;

public sealed class UnloadMonitorTests : IDisposable
{
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly UnloadMonitor _monitor;

    public UnloadMonitorTests()
    {
        _log = _lines.Open(TimeProvider.System, LogLevel.Debug);
        _monitor = new UnloadMonitor(_time, _log);
    }

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task A_version_that_stays_for_ten_seconds_is_named_once()
    {
        var held = new object();
        _monitor.Add("recipes/press.csx", 1, new WeakReference(held));
        _time.Advance(TimeSpan.FromSeconds(10));
        _monitor.Check();
        _time.Advance(TimeSpan.FromSeconds(0.5));
        _monitor.Check();
        await _lines.WhenAsync("LEAK recipe=recipes/press.csx version=1");
        _time.Advance(TimeSpan.FromMinutes(1));
        _monitor.Check();
        GC.KeepAlive(held);
        _log.Dispose();
        Assert.Single(_lines.All);
    }

    [Fact]
    public void A_version_that_only_the_collector_has_not_removed_yet_is_not_named()
    {
        AddUnreferenced();
        _time.Advance(TimeSpan.FromSeconds(11));
        _monitor.Check();
        _log.Dispose();
        Assert.Empty(_lines.All);
    }

    [Fact]
    public async Task Versions_that_are_late_within_fifteen_seconds_share_a_collection()
    {
        var held = new object();
        _monitor.Add("first", 1, new WeakReference(held));
        _time.Advance(TimeSpan.FromSeconds(11));
        _monitor.Add("second", 1, new WeakReference(held));
        _monitor.Check();
        await _lines.WhenAsync("LEAK recipe=first");
        _time.Advance(TimeSpan.FromSeconds(11));
        _monitor.Check();
        Assert.Single(_lines.All);
        _time.Advance(TimeSpan.FromSeconds(5));
        _monitor.Check();
        await _lines.WhenAsync("LEAK recipe=second");
        GC.KeepAlive(held);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void AddUnreferenced() => _monitor.Add("gone", 1, new WeakReference(new object()));
}
