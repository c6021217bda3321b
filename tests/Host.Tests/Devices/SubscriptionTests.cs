using System.Threading.Channels;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Status;

namespace PlantRuntime.Host.Tests.Devices;

public sealed class SubscriptionTests : IScanListener, IAsyncDisposable
{
    private const int Window = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly DeviceRunner _runner;
    private readonly ScriptedSubscriber _device = new();
    private readonly Channel<(ScanHeader Header, Sample[] Samples)> _scans = Channel.CreateUnbounded<(ScanHeader, Sample[])>();

    public SubscriptionTests()
    {
        _log = new PlantLog(_time, LogLevel.Debug, _lines);
        _runner = new DeviceRunner(SiteParts.Device("broker", SiteParts.Tag("a"), SiteParts.Tag("b")), 1, Window, _time, _log);
        _runner.Swap(null, this);
        _runner.Start(() => _device);
    }

    [Fact]
    public async Task News_are_scans_of_what_they_bring_and_are_acknowledged_when_they_are_let_go()
    {
        _device.Say(7, 8);
        var (first, second) = (await NextAsync(), await NextAsync());
        Assert.Equal(7, Assert.Single(first.Samples).Value.Int);
        Assert.Equal((1, 2), (first.Header.Number, second.Header.Number));
        second.Header.Receipt!.Release();
        Assert.False(_device.Acknowledged.Reader.TryPeek(out _));
        first.Header.Receipt!.Release();
        Assert.Equal(2, await _device.Acknowledged.Reader.ReadAsync().AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task No_more_is_taken_than_may_be_under_way()
    {
        _device.Say([.. Enumerable.Range(1, 10)]);
        var held = new List<Receipt>();
        for (var i = 0; i < Window; i++) held.Add((await NextAsync()).Header.Receipt!);
        Assert.Equal(Window, _device.Read);
        held[0].Release();
        Assert.Equal(Window + 1, (await NextAsync()).Samples[0].Value.Int);
    }

    [Fact]
    public async Task A_lost_connection_is_made_again_and_numbers_go_on()
    {
        _device.Say(1);
        Assert.Equal(1, (await NextAsync()).Header.Number);
        _device.Break();
        var lost = await NextAsync();
        Assert.Equal(("gone", 2), (lost.Header.Failure, (int)lost.Header.Number));
        Assert.All(lost.Samples, s => Assert.Equal(Quality.BadComm, s.Quality));
        await _time.WhenArmedAsync(1).WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(5));
        _device.Say(9);
        Assert.Equal(9, (await NextAsync()).Samples[0].Value.Int);
        Assert.Equal(2, _device.Connects);
    }

    [Fact]
    public async Task It_cannot_be_asked_between_scans()
    {
        _device.Say(1);
        await NextAsync();
        await Assert.ThrowsAsync<RefusedException>(() => _runner.AskAsync((_, _) => new ValueTask<int>(1)));
    }

    void IScanListener.OnScan(in ScanHeader header, ReadOnlySpan<Sample> samples)
    {
        header.Receipt?.Hold();
        _scans.Writer.TryWrite((header, samples.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await _runner.StopAsync("the test ends", TimeSpan.FromSeconds(3)).WaitAsync(s_patience);
        _log.Dispose();
    }

    private Task<(ScanHeader Header, Sample[] Samples)> NextAsync() => _scans.Reader.ReadAsync().AsTask().WaitAsync(s_patience);
}
