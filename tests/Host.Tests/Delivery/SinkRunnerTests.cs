using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;

namespace PlantRuntime.Host.Tests.Delivery;

public class SinkRunnerTests
{
    [Fact]
    public async Task Records_arrive_in_order_and_are_accounted_for()
    {
        await using var bench = new SinkBench();
        bench.Start();
        bench.Add(3);
        await bench.UntilAsync(c => c.Delivered == 3);
        bench.Add(1200);
        await bench.UntilAsync(c => c.Delivered == 1203);
        Assert.Equal(SinkBench.Numbers(1, 1203), bench.Stored);
        Assert.Equal(new SinkCounts(1203, 1203, 0, 0, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task What_fails_is_tried_again_in_order_after_a_new_connect()
    {
        await using var bench = new SinkBench();
        bench.Start(s => s.OnWrite = (write, _, _) => write <= 3 ? throw new IOException("no route") : default);
        bench.Add(10);
        await bench.UntilAsync(c => c.Delivered == 10);
        Assert.Equal(SinkBench.Numbers(1, 10), bench.Stored);
        Assert.Equal(4, bench.Sinks[0].Connects);
        await bench.Log.WhenAsync("RETRY sink=out no route waiting=10 sleep=2s");
    }

    [Fact]
    public async Task Refused_records_are_taken_out_when_the_sink_names_them()
    {
        await using var bench = new SinkBench();
        bench.Start(s => s.OnWrite = (write, _, _) => write == 1 ? throw new RejectedException("too long", [1, 3]) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c.Waiting == 0);
        Assert.Equal([.. SinkBench.Numbers(1, 1), .. SinkBench.Numbers(3, 3), .. SinkBench.Numbers(5, 5)], bench.Stored);
        Assert.Equal(new SinkCounts(5, 3, 0, 2, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task A_refused_record_that_is_not_named_is_found_by_halving()
    {
        await using var bench = new SinkBench();
        bench.Start(s => s.OnWrite = (_, batch, _) =>
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (batch[i].Json.Span.SequenceEqual("{\"n\":77}"u8)) throw new RejectedException("poison");
            }

            return default;
        });
        bench.Add(100);
        await bench.UntilAsync(c => c.Waiting == 0);
        Assert.Equal([.. SinkBench.Numbers(1, 76), .. SinkBench.Numbers(78, 100)], bench.Stored);
        Assert.Equal(new SinkCounts(100, 99, 0, 1, 0), bench.Runner.Counts);
        await bench.Log.WhenAsync("REJECTED sink=out records=1 poison");
    }

    [Fact]
    public async Task A_sink_that_ignores_its_timeout_is_left_behind_and_nothing_is_lost()
    {
        await using var bench = new SinkBench();
        var never = new TaskCompletionSource();
        bench.Start(s => s.OnWrite = (_, _, _) => bench.Sinks.Count == 1 ? new ValueTask(never.Task) : default);
        bench.Add(5);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (bench.Sinks.Count < 2)
        {
            Assert.False(patience.IsCancellationRequested, string.Join('\n', bench.Log.All));
            bench.Time.Advance(TimeSpan.FromMilliseconds(100));
            bench.Runner.Watch();
            await Task.Yield();
        }

        await bench.UntilAsync(c => c.Delivered == 5);
        Assert.Equal(SinkBench.Numbers(1, 5), bench.Sinks[1].Stored);
        never.SetResult();
    }

    [Fact]
    public async Task A_sink_with_a_bug_is_parked_after_three_and_its_records_wait_for_a_new_plugin()
    {
        await using var bench = new SinkBench();
        bench.Start(s => s.OnWrite = (_, _, _) => throw new NullReferenceException("oh"));
        bench.Add(4);
        await bench.UntilAsync(_ => bench.Runner.State == SinkState.Parked);
        await bench.Runner.StopAsync(TimeSpan.Zero);
        Assert.Equal(4, bench.Runner.Counts.Waiting);
        bench.Start();
        await bench.UntilAsync(c => c.Delivered == 4);
        Assert.Equal(SinkBench.Numbers(1, 4), bench.Stored);
    }

    [Fact]
    public async Task What_does_not_fit_is_counted_and_said()
    {
        await using var bench = new SinkBench();
        var big = new byte[1 << 20];
        big.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 40; i++) bench.Runner.Add(DateTime.UnixEpoch, "plc", default, big);
        Assert.Equal(new SinkCounts(40, 0, 32, 0, 8), bench.Runner.Counts);
        await bench.Log.WhenAsync("DROPPED sink=out 32 MB are waiting");
        bench.Start();
        await bench.UntilAsync(c => c.Waiting == 0);
    }

    [Fact]
    public async Task Stopping_stores_what_is_waiting()
    {
        var bench = new SinkBench();
        bench.Start();
        bench.Add(50);
        await bench.DisposeAsync();
        Assert.Equal(SinkBench.Numbers(1, 50), bench.Stored);
        Assert.True(bench.Sinks[0].IsDisposed);
    }
}
