using PlantRuntime.Conformance.Time;

namespace PlantRuntime.Simulator.Tests.Time;

/// <summary>Tests of the clock that all virtual-time tests use.</summary>
public sealed class ManualTimeProviderTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly List<string> _fired = [];

    [Fact]
    public void It_stands_still_until_told()
    {
        var (now, stamp) = (_time.GetUtcNow(), _time.GetTimestamp());
        _time.Advance(TimeSpan.Zero);
        Assert.Equal((now, stamp), (_time.GetUtcNow(), _time.GetTimestamp()));
        _time.Advance(S(1.5));
        Assert.Equal(now + S(1.5), _time.GetUtcNow());
        Assert.Equal(S(1.5), _time.GetElapsedTime(stamp));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(-S(1)));
    }

    [Fact]
    public void A_step_of_the_wall_clock_moves_neither_timestamps_nor_timers()
    {
        using var timer = Timer("a", 2);
        _time.StepWallClock(TimeSpan.FromDays(-1));
        Assert.Equal(new DateTimeOffset(2025, 12, 31, 0, 0, 0, TimeSpan.Zero), _time.GetUtcNow());
        _time.Advance(S(2));
        Expect("a@2");
    }

    [Fact]
    public void Timers_fire_in_order_each_at_its_moment()
    {
        using var late = Timer("late", 3);
        using var first = Timer("first", 1);
        using var second = Timer("second", 1);
        using var later = Timer("later", 4);
        _time.Advance(S(3.5));
        Expect("first@1 second@1 late@3");
        Assert.Equal(S(3.5).Ticks, _time.GetTimestamp());
        Assert.Equal(1, _time.ArmedTimers);
    }

    [Fact]
    public void A_periodic_timer_fires_once_for_each_period()
    {
        using var timer = Timer("a", 1, 2);
        using var other = Timer("b", 3);
        _time.Advance(S(5));
        Expect("a@1 b@3 a@3 a@5");
        Assert.True(timer.Change(S(1), Timeout.InfiniteTimeSpan));
        _time.Advance(S(5));
        Expect("a@1 b@3 a@3 a@5 a@6");
    }

    [Fact]
    public void A_change_replaces_what_was_set_and_infinite_disarms()
    {
        using var timer = Timer("a", 1);
        timer.Change(S(2), TimeSpan.Zero);
        _time.Advance(S(1));
        Expect("");
        timer.Change(Timeout.InfiniteTimeSpan, S(1));
        _time.Advance(S(9));
        Expect("");
        Assert.Equal(0, _time.ArmedTimers);
        timer.Change(TimeSpan.MaxValue, TimeSpan.Zero);
        _time.Advance(TimeSpan.FromDays(10_000));
        Expect("");
        Assert.Throws<ArgumentOutOfRangeException>(() => timer.Change(-S(2), TimeSpan.Zero));
    }

    [Fact]
    public void A_disposed_timer_is_silent_even_at_its_moment()
    {
        ITimer? second = null;
        using var first = _time.CreateTimer(_ => second!.Dispose(), null, S(1), Timeout.InfiniteTimeSpan);
        second = Timer("second", 1);
        _time.Advance(S(2));
        Expect("");
        Assert.False(second.Change(S(1), TimeSpan.Zero));
    }

    [Fact]
    public void A_timer_set_by_a_timer_fires_within_the_same_advance()
    {
        ITimer? next = null;
        using var first = _time.CreateTimer(_ => next = Timer("next", 1), null, S(1), Timeout.InfiniteTimeSpan);
        _time.Advance(S(2));
        Expect("next@2");
        next!.Dispose();
    }

    [Fact]
    public async Task A_timer_due_at_once_does_not_wait_for_an_advance()
    {
        var fired = new TaskCompletionSource();
        using var timer = _time.CreateTimer(_ => fired.SetResult(), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await fired.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Delays_and_deadlines_of_the_platform_go_by_it()
    {
        var delay = Task.Delay(S(5), _time);
        using var deadline = new CancellationTokenSource(S(2), _time);
        var hang = Task.Delay(Timeout.InfiniteTimeSpan, _time, deadline.Token);
        var wait = new TaskCompletionSource().Task.WaitAsync(S(3), _time);
        _time.Advance(S(2));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hang);
        _time.Advance(S(1));
        await Assert.ThrowsAsync<TimeoutException>(() => wait);
        Assert.False(delay.IsCompleted);
        _time.Advance(S(2));
        await delay;
        Assert.Equal(0, _time.ArmedTimers);
        Assert.True(deadline.IsCancellationRequested);
    }

    [Fact]
    public async Task A_loop_on_another_thread_can_be_led_step_by_step()
    {
        var loop = Task.Run(async () =>
        {
            for (var i = 0; i < 3; i++) await Task.Delay(S(10), _time);
        });
        for (var i = 0; i < 3; i++)
        {
            await _time.WhenArmedAsync().WaitAsync(TimeSpan.FromSeconds(30));
            Assert.True(_time.AdvanceToNextTimer());
        }

        await loop.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(_time.AdvanceToNextTimer());
        Assert.Equal(S(30).Ticks, _time.GetTimestamp());
    }

    private ITimer Timer(string name, double due, double period = 0) =>
        _time.CreateTimer(_ => _fired.Add($"{name}@{_time.GetTimestamp() / TimeSpan.TicksPerSecond}"), null, S(due), S(period));

    private void Expect(string fired) => Assert.Equal(fired, string.Join(' ', _fired));

    private static TimeSpan S(double seconds) => TimeSpan.FromSeconds(seconds);
}
