using PlantRuntime.Contracts;
using PlantRuntime.Host.Delivery;

namespace PlantRuntime.Host.Tests.Delivery;

public class QueuedSinkRunnerTests() : SinkRunnerTests(isQueued: true)
{
    [Fact]
    public async Task A_refused_record_is_a_dead_letter_with_its_reason_and_can_be_sent_again()
    {
        await using var bench = new SinkBench(isQueued: true);
        var isHealed = false;
        bench.Start(s => s.OnWrite = (_, batch, _) => Poison(batch, isHealed ? -1 : 77));
        bench.Add(100);
        await bench.UntilAsync(c => c is { Produced: 100, Waiting: 0 });
        var letter = Assert.Single(await bench.Queue!.AskAsync(store => store.Letters.Page("out")));
        Assert.Equal(("press.csx", "out", "poison"), (letter.Recipe, letter.Sink, letter.Reason));
        Assert.InRange(letter.Tries, 1, 5);
        Assert.Equal("{\"n\":77}", System.Text.Encoding.UTF8.GetString(letter.Records()[0].Json.Span));
        isHealed = true;
        await bench.Queue.RetryAsync(store => store.Letters.Page("out"));
        await bench.UntilAsync(c => c.Delivered == 100);
        Assert.Equal([.. SinkBench.Numbers(1, 76), .. SinkBench.Numbers(78, 100), .. SinkBench.Numbers(77, 77)], bench.Stored);
        Assert.Equal(new SinkCounts(100, 100, 0, 0, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task Records_are_stored_once_and_leave_when_the_slowest_sink_has_them()
    {
        await using var bench = new SinkBench(isQueued: true, null, "fast", "slow");
        bench.Start(bench.Runners[0]);
        bench.Add(2000);
        await bench.UntilAsync(c => c.Delivered == 2000);
        Assert.Equal(2000, bench.Runners[1].Counts.Waiting);
        Assert.NotEqual(0, await bench.Queue!.AskAsync(Rows));
        bench.Start(bench.Runners[1]);
        await bench.UntilAsync(bench.Runners[1], c => c.Delivered == 2000);
        Assert.Equal([.. SinkBench.Numbers(1, 2000), .. SinkBench.Numbers(1, 2000)], bench.Stored);
        Assert.Equal(0, await bench.Queue.AskAsync(Rows));

        static int Rows(Host.Delivery.Queue.Store.QueueStore store) => store.BatchCount();
    }
}

public class DirectSinkRunnerTests() : SinkRunnerTests(isQueued: false)
{
    [Fact]
    public async Task What_does_not_fit_is_counted_and_said()
    {
        await using var bench = new SinkBench(isQueued: false);
        var big = new byte[1 << 20];
        big.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 40; i++) bench.Add(big);
        Assert.Equal(new SinkCounts(40, 0, 32, 0, 8), bench.Runner.Counts);
        await bench.Log.WhenAsync("DROPPED sink=out 32 MB are waiting");
        bench.Start();
        await bench.UntilAsync(c => c.Waiting == 0);
    }
}

public abstract class SinkRunnerTests(bool isQueued)
{
    [Fact]
    public async Task Records_arrive_in_order_and_are_accounted_for()
    {
        await using var bench = new SinkBench(isQueued);
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
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write <= 3 ? throw new IOException("no route") : default);
        bench.Add(10);
        await bench.UntilAsync(c => c.Delivered == 10);
        Assert.Equal(SinkBench.Numbers(1, 10), bench.Stored);
        Assert.Equal(4, bench.Sinks[0].Connects);
        await bench.Log.WhenAsync("RETRY sink=out no route waiting=10 sleep=2s");
    }

    [Fact]
    public async Task Why_a_sink_is_down_is_said_again_when_it_is_another_reason()
    {
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write <= 7 ? throw new IOException(write < 7 ? "no route" : "wrong password") : default);
        bench.Add(1);
        await bench.UntilAsync(c => c.Delivered == 1);
        await bench.Log.WhenAsync("UP sink=out");
        string[] down = [.. bench.Log.All.Where(l => l.Contains("DOWN sink=out", StringComparison.Ordinal))];
        Assert.Equal(2, down.Length);
        Assert.Contains("failures=5", down[0], StringComparison.Ordinal);
        Assert.Contains("wrong password", down[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_records_are_taken_out_when_the_sink_names_them()
    {
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write == 1 ? throw new RejectedException("too long", [1, 3]) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c is { Produced: 5, Waiting: 0 });
        Assert.Equal([.. SinkBench.Numbers(1, 1), .. SinkBench.Numbers(3, 3), .. SinkBench.Numbers(5, 5)], bench.Stored);
        Assert.Equal(new SinkCounts(5, 3, 0, 2, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task A_refused_record_that_is_not_named_is_found_by_dividing()
    {
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (_, batch, _) => Poison(batch, 77));
        bench.Add(100);
        await bench.UntilAsync(c => c is { Produced: 100, Waiting: 0 });
        Assert.Equal([.. SinkBench.Numbers(1, 76), .. SinkBench.Numbers(78, 100)], bench.Stored);
        Assert.Equal(new SinkCounts(100, 99, 0, 1, 0), bench.Runner.Counts);
        await bench.Log.WhenAsync("REJECTED sink=out records=1 poison");
    }

    [Fact]
    public async Task A_sink_that_ignores_its_timeout_is_left_behind_and_nothing_is_lost()
    {
        await using var bench = new SinkBench(isQueued);
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
        await using var bench = new SinkBench(isQueued);
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
    public async Task Stopping_stores_what_is_waiting()
    {
        var bench = new SinkBench(isQueued);
        bench.Start();
        bench.Add(50);
        await bench.DisposeAsync();
        Assert.Equal(SinkBench.Numbers(1, 50), bench.Stored);
        Assert.True(bench.Sinks[0].IsDisposed);
    }

    [Fact]
    public async Task Others_that_a_sink_has_stored_are_not_sent_again()
    {
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write == 1 ? throw new RejectedException("too long", [1], othersAreStored: true) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c is { Produced: 5, Waiting: 0 });
        Assert.Equal(new SinkCounts(5, 4, 0, 1, 0), bench.Runner.Counts);
        Assert.Equal(1, bench.Sinks[0].Writes);
    }

    [Fact]
    public async Task A_sink_that_says_when_to_come_again_is_left_alone_until_then()
    {
        await using var bench = new SinkBench(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write == 1 ? throw new RetryAfterException("busy", TimeSpan.FromMinutes(2)) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c.Delivered == 5);
        await bench.Log.WhenAsync("RETRY sink=out busy sleep=120s");
    }

    [Fact]
    public async Task A_sink_that_is_down_is_asked_seldom_and_said_to_be_down_and_up()
    {
        await using var bench = new SinkBench(isQueued);
        var failed = new List<DateTimeOffset>();
        bench.Start(s => s.OnWrite = (write, _, _) =>
        {
            if (write > 20) return default;
            failed.Add(bench.Time.GetUtcNow());
            throw new IOException("no route");
        });
        bench.Add(10);
        await bench.UntilAsync(c => c.Delivered == 10);
        await bench.Log.WhenAsync("DOWN sink=out no route");
        await bench.Log.WhenAsync("UP sink=out after=20");

        // Twenty attempts in seven and a half minutes, and a line a minute.
        Assert.InRange(failed[^1] - failed[0], TimeSpan.FromMinutes(6), TimeSpan.FromMinutes(60));
        Assert.InRange(bench.Log.All.Count(l => l.Contains("sink=out", StringComparison.Ordinal)), 10, 60);
    }

    protected static ValueTask Poison(RecordBatch batch, int number)
    {
        for (var i = 0; i < batch.Count; i++)
        {
            if (System.Text.Encoding.UTF8.GetString(batch[i].Json.Span) == $$"""{"n":{{number}}}""") throw new RejectedException("poison");
        }

        return default;
    }
}
