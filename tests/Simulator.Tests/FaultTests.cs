using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Simulator;

namespace PlantRuntime.Simulator.Tests;

/// <summary>Scheduled faults on a manual clock; seconds count from the first connect.</summary>
public sealed class FaultTests
{
    [Theory]
    [InlineData(9.999, Quality.Good)]
    [InlineData(10, Quality.BadType)]
    [InlineData(12.999, Quality.BadType)]
    [InlineData(13, Quality.Good)]
    [InlineData(29.999, Quality.Good)]
    [InlineData(30, Quality.BadType)]
    [InlineData(7212.5, Quality.BadType)]
    public async Task A_bad_fault_comes_and_goes_by_its_schedule(double seconds, Quality expected)
    {
        await using var bench = SimulatorFixture.With(new FaultOptions
        {
            Kind = FaultKind.Bad, Quality = Quality.BadType, Reason = "broken wire", After = S(10), For = S(3), Every = S(20),
        });
        await bench.ConnectAsync();
        await bench.ReadAtAsync(seconds);
        Assert.Equal(expected, bench.Scan.Samples[0].Quality);
        Assert.Equal(expected == Quality.Good ? null : "broken wire", bench.Scan.Reason(0));
        Assert.Equal(expected != Quality.Good, bench.Scan.Samples[0].Value.IsNull);
    }

    [Fact]
    public async Task A_bad_fault_hits_the_tags_of_its_pattern_only()
    {
        var options = new SimulatorOptions { Faults = [new FaultOptions { Kind = FaultKind.Bad, Tag = "temp*" }] };
        await using var bench = await SimulatorFixture.StartAsync(
            options, ("temp1", "const 1", null), ("flow", "const 2", null), ("temp2", "const 3", null));
        await bench.ReadAsync();
        Assert.Equal([Quality.BadDevice, Quality.Good, Quality.BadDevice], bench.Scan.Samples.ToArray().Select(s => s.Quality));
        Assert.Equal("simulated fault", bench.Scan.Reason(2));
    }

    [Fact]
    public async Task A_timeout_does_not_answer_until_the_host_gives_up_and_keeps_the_connection()
    {
        await using var bench = SimulatorFixture.With(new FaultOptions { Kind = FaultKind.Timeout, After = S(5), For = S(10) });
        await bench.ConnectAsync();
        bench.GoTo(5);
        using var deadline = new CancellationTokenSource(S(3), bench.Clock);
        var read = bench.ReadAsync(deadline.Token);
        bench.GoTo(7.999);
        Assert.False(read.IsCompleted);
        bench.GoTo(8);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(1, Assert.Single(await bench.ReadAtAsync(15)).Number);
    }

    [Fact]
    public async Task A_disconnect_breaks_the_connection_and_refuses_others_until_it_is_over()
    {
        await using var bench = SimulatorFixture.With(new FaultOptions { Kind = FaultKind.Disconnect, After = S(5), For = S(10) });
        await bench.ConnectAsync();
        await bench.ReadAtAsync(4.999);
        bench.GoTo(5);
        await Assert.ThrowsAsync<NotConnectedException>(() => bench.ReadAsync());
        bench.GoTo(14.999);
        await Assert.ThrowsAsync<NotConnectedException>(bench.ConnectAsync);
        bench.GoTo(15);
        await Assert.ThrowsAsync<NotConnectedException>(() => bench.ReadAsync());
        await bench.ConnectAsync();
        await bench.ReadAsync();
    }

    [Fact]
    public async Task A_disconnect_between_two_scans_is_noticed_at_the_second()
    {
        await using var bench =
            SimulatorFixture.With(new FaultOptions { Kind = FaultKind.Disconnect, After = S(5), For = S(0.1), Every = S(60) });
        await bench.ConnectAsync();
        await bench.ReadAtAsync(4);
        bench.GoTo(6);
        await Assert.ThrowsAsync<NotConnectedException>(() => bench.ReadAsync());
    }

    [Fact]
    public async Task A_disconnect_during_an_answer_loses_the_answer()
    {
        await using var bench = SimulatorFixture.With(
            new FaultOptions { Kind = FaultKind.Slow, After = S(4), For = S(1), Delay = S(3) },
            new FaultOptions { Kind = FaultKind.Disconnect, After = S(5), For = S(1) });
        await bench.ConnectAsync();
        bench.GoTo(4);
        var read = bench.ReadAsync();
        bench.GoTo(7);
        await Assert.ThrowsAsync<NotConnectedException>(() => read);
    }

    [Fact]
    public async Task A_slow_device_answers_late_by_delay_and_latency()
    {
        var options = new SimulatorOptions
        {
            Latency = S(0.1),
            Faults = [new FaultOptions { Kind = FaultKind.Slow, After = S(10), For = S(5), Delay = S(0.8) }],
        };
        await using var bench = new SimulatorFixture(options, ("temp", "counter every=1ms", null));
        await TakesAsync(bench, bench.ConnectAsync, 100);
        await TakesAsync(bench, () => bench.ReadAsync(), 100);
        Assert.Equal(200, bench.Scan.Samples[0].Value.Int);
        bench.GoTo(10);
        await TakesAsync(bench, () => bench.ReadAsync(), 900);
        Assert.Equal(10_900, bench.Scan.Samples[0].Value.Int);
    }

    [Fact]
    public async Task Refused_attempts_count_as_the_first_connect()
    {
        await using var bench = SimulatorFixture.With(new FaultOptions { Kind = FaultKind.Disconnect, For = S(5) });
        bench.GoTo(100);
        await Assert.ThrowsAsync<NotConnectedException>(bench.ConnectAsync);
        bench.GoTo(105);
        await bench.ConnectAsync();
    }

    private static async Task TakesAsync(SimulatorFixture bench, Func<Task> call, int milliseconds)
    {
        var running = call();
        bench.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.False(running.IsCompleted);
        bench.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await running;
    }

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
