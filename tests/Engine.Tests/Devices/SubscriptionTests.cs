using System.Threading.Channels;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Devices;

public sealed class SubscriptionTests : IScanListener, IAsyncDisposable
{
    private const int Window = 4;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines _lines = new();
    private readonly PlantLog _log;
    private readonly DeviceSupervisor _runner;
    private readonly ScriptedSubscriber _device = new();
    private readonly Channel<(ScanInfo Header, Sample[] Samples)> _scans = Channel.CreateUnbounded<(ScanInfo, Sample[])>();

    public SubscriptionTests()
    {
        _log = _lines.Open(_time, LogLevel.Debug);
        _runner = new DeviceSupervisor(SiteParts.Device("broker", SiteParts.Tag("a"), SiteParts.Tag("b")), 1, Window, _time, _log);
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
        second.Header.Ack!.Release();
        Assert.False(_device.Acknowledged.Reader.TryPeek(out _));
        first.Header.Ack!.Release();
        Assert.Equal(2, await _device.Acknowledged.Reader.ReadAsync().AsTask().WaitAsync(s_patience));
    }

    [Fact]
    public async Task A_message_with_its_own_time_gives_it_to_the_scan_and_its_samples()
    {
        _device.Time = new DateTime(2017, 6, 2, 12, 9, 5, DateTimeKind.Utc);
        _device.Say(7);
        var (header, samples) = await NextAsync();
        Assert.Equal(_device.Time, header.DeviceTime);
        Assert.Equal(_time.GetUtcNow().UtcDateTime, header.Time);
        Assert.Equal(_device.Time, Assert.Single(samples).Time);
        _device.Time = null;
        _device.Say(8);
        Assert.Null((await NextAsync()).Header.DeviceTime);
    }

    [Fact]
    public async Task No_more_is_taken_than_may_be_under_way()
    {
        _device.Say([.. Enumerable.Range(1, 10)]);
        var held = new List<ScanAck>();
        for (var i = 0; i < Window; i++) held.Add((await NextAsync()).Header.Ack!);
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

    [Theory]
    [InlineData(false, "no room")]
    [InlineData(true, "an acknowledgement did not end in time")]
    public async Task A_failed_acknowledgement_ends_the_connection(bool hangs, string reason)
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _device.OnAcknowledge = async (_, cancel) =>
        {
            asked.TrySetResult();
            if (hangs) await Task.Delay(Timeout.Infinite, cancel);
            else throw new IOException("no room");
        };
        _device.Say(1);
        (await NextAsync()).Header.Ack!.Release();
        await asked.Task.WaitAsync(s_patience);
        if (hangs) _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(reason, (await NextAsync()).Header.Failure);
        await _lines.WhenAsync("RECONNECT device=broker");
    }

    [Fact]
    public async Task An_acknowledgement_that_ignores_its_deadline_is_noticed()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _device.OnAcknowledge = (_, _) =>
        {
            asked.TrySetResult();
            return new ValueTask(new TaskCompletionSource().Task);
        };
        _device.Say(1);
        (await NextAsync()).Header.Ack!.Release();
        await asked.Task.WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(5));
        _runner.Poll();
        await _lines.WhenAsync("HANG device=broker ignored the timeout of 3 s");
    }

    [Fact]
    public async Task A_question_is_answered_while_the_device_is_silent_and_does_not_disturb_it()
    {
        _device.Say(1);
        await NextAsync();
        Assert.Equal(7, await AskAsync((_, _) => ValueTask.FromResult(7)));
        Assert.Equal(8, await AskAsync((_, _) => ValueTask.FromResult(8)));
        await Assert.ThrowsAsync<RefusedException>(() => AskAsync((_, _) => throw new RefusedException("no")));
        _device.Say(2);
        Assert.Equal(2, (await NextAsync()).Samples[0].Value.Int);
        Assert.Equal(1, _device.Connects);
    }

    [Fact]
    public async Task A_question_that_has_no_answer_in_time_fails_alone()
    {
        _device.Say(1);
        await NextAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = AskAsync(async (_, cancel) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return 0;
        });
        await asked.Task.WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(3));
        await Assert.ThrowsAsync<TimeoutException>(() => asking);
        _device.Say(2);
        Assert.Equal(2, (await NextAsync()).Samples[0].Value.Int);
    }

    [Fact]
    public async Task A_question_ends_with_the_connection_and_one_that_finds_it_lost_ends_it()
    {
        _device.Say(1);
        await NextAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var asking = AskAsync(async (_, cancel) =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.Infinite, cancel);
            return 0;
        });
        await asked.Task.WaitAsync(s_patience);
        _device.Break();
        await Assert.ThrowsAsync<NotConnectedException>(() => asking);
        Assert.Equal("gone", (await NextAsync()).Header.Failure);
        await Assert.ThrowsAsync<NotConnectedException>(() => AskAsync((_, _) => ValueTask.FromResult(1)));

        await _time.WhenArmedAsync(1).WaitAsync(s_patience);
        _time.Advance(TimeSpan.FromSeconds(5));
        _device.Say(3);
        await NextAsync();
        await Assert.ThrowsAsync<NotConnectedException>(() => AskAsync((_, _) => throw new NotConnectedException("reset by the server")));
        Assert.Equal("reset by the server", (await NextAsync()).Header.Failure);
    }

    private Task<int> AskAsync(Func<IDriver, CancellationToken, ValueTask<int>> question) =>
        _runner.AskAsync(question).WaitAsync(s_patience);

    void IScanListener.OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples)
    {
        header.Ack?.Hold();
        _scans.Writer.TryWrite((header, samples.ToArray()));
    }

    public async ValueTask DisposeAsync()
    {
        await _runner.StopAsync("the test ends", TimeSpan.FromSeconds(3)).WaitAsync(s_patience);
        _log.Dispose();
    }

    private Task<(ScanInfo Header, Sample[] Samples)> NextAsync() => _scans.Reader.ReadAsync().AsTask().WaitAsync(s_patience);
}
