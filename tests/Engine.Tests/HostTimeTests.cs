using System.Collections.Concurrent;
using PlantRuntime.Engine;

namespace PlantRuntime.Engine.Tests;

public sealed class HostTimeTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private readonly HostTime _time = new();

    [Fact]
    public async Task No_timer_ends_before_its_time()
    {
        var random = new Random(11);
        var early = new ConcurrentBag<TimeSpan>();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(async _ =>
        {
            var span = TimeSpan.FromMilliseconds(random.Next(0, 60));
            var began = _time.GetTimestamp();
            await Task.Delay(span, _time);
            if (_time.GetElapsedTime(began) < span - HostTime.Tolerance) early.Add(span);
        }));
        Assert.Empty(early);
    }

    [Fact]
    public async Task A_periodic_timer_ends_again_and_again_until_it_is_disposed_of()
    {
        var ended = new SemaphoreSlim(0);
        var timer = _time.CreateTimer(_ => ended.Release(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(1));
        for (var i = 0; i < 5; i++) Assert.True(await ended.WaitAsync(s_patience));
        await timer.DisposeAsync();
        while (ended.CurrentCount > 0) await ended.WaitAsync();
        await Task.Delay(TimeSpan.FromMilliseconds(20), _time);
        Assert.Equal(0, ended.CurrentCount);
        Assert.False(timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public async Task A_timer_that_becomes_due_earlier_than_all_others_wakes_the_thread()
    {
        using var late = _time.CreateTimer(_ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        var ended = new TaskCompletionSource();
        using var timer = _time.CreateTimer(_ => ended.TrySetResult(), null, TimeSpan.FromHours(2), Timeout.InfiniteTimeSpan);
        Assert.True(timer.Change(TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan));
        await ended.Task.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_timer_that_is_set_to_never_does_not_end()
    {
        var (ended, isLate) = (0, true);
        while (isLate)
        {
            ended = 0;
            var began = _time.GetTimestamp();
            using var timer = _time.CreateTimer(_ => ended++, null, TimeSpan.FromMilliseconds(20), Timeout.InfiniteTimeSpan);
            timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

            // On a busy machine it may have ended before it was set.
            isLate = _time.GetElapsedTime(began) > TimeSpan.FromMilliseconds(10);
            await Task.Delay(TimeSpan.FromMilliseconds(40), _time);
        }

        Assert.Equal(0, ended);
    }

    [Fact]
    public async Task Disposal_waits_for_the_callback_that_runs()
    {
        var (began, mayEnd, hasEnded) = (new TaskCompletionSource(), new ManualResetEventSlim(), false);
        var timer = _time.CreateTimer(
            _ =>
            {
                began.SetResult();
                mayEnd.Wait(s_patience);
                hasEnded = true;
            }, null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        await began.Task.WaitAsync(s_patience);
        var disposal = timer.DisposeAsync();
        Assert.False(disposal.IsCompleted);
        mayEnd.Set();
        await disposal.AsTask().WaitAsync(s_patience);
        Assert.True(hasEnded);
    }

    [Fact]
    public async Task A_callback_sees_the_context_of_its_creator()
    {
        var local = new AsyncLocal<string> { Value = "creator" };
        var seen = new TaskCompletionSource<string?>();
        using var timer = _time.CreateTimer(_ => seen.SetResult(local.Value), null, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        local.Value = "later";
        Assert.Equal("creator", await seen.Task.WaitAsync(s_patience));
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4_294_967_295)]
    public void A_time_that_a_timer_cannot_have_is_refused(long milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            _time.CreateTimer(_ => { }, null, TimeSpan.FromMilliseconds(milliseconds), Timeout.InfiniteTimeSpan));

    [Fact]
    public void The_first_of_a_heap_is_always_the_one_that_is_due_first()
    {
        const int seed = 7;
        var (random, heap, kept) = (new Random(seed), new TimerHeap(), new List<HostTimer>());
        var all = Enumerable.Range(0, 100).Select(_ => new HostTimer(_time, _ => { }, null, null)).ToList();
        for (var i = 0; i < 20_000; i++)
        {
            var timer = all[random.Next(all.Count)];
            if (random.Next(3) == 0)
            {
                heap.Remove(timer);
                kept.Remove(timer);
            }
            else
            {
                heap.Put(timer, random.Next(1000));
                if (!kept.Contains(timer)) kept.Add(timer);
            }

            Assert.Equal(kept.Count, heap.Count);
            Assert.True(heap.First?.Due == kept.MinBy(t => t.Due)?.Due, $"step {i}, seed {seed}");
        }
    }

    [Fact]
    public void Setting_a_timer_again_allocates_nothing()
    {
        using var timer = _time.CreateTimer(_ => { }, null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        timer.Change(TimeSpan.FromHours(2), Timeout.InfiniteTimeSpan);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++) timer.Change(TimeSpan.FromHours(3), Timeout.InfiniteTimeSpan);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
