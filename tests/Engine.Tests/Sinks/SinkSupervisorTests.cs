using PlantRuntime.Contracts;
using PlantRuntime.Engine.Sinks;
using PlantRuntime.Queue.Store;

namespace PlantRuntime.Engine.Tests.Sinks;

public class QueuedSinkSupervisorTests() : SinkSupervisorTests(isQueued: true)
{
    [Theory]
    [InlineData(30, 1)]
    [InlineData(10, 2)]
    public async Task A_receiver_that_answers_after_25_s_is_no_failure_for_a_patient_sink(int timeout, int writes)
    {
        await using var fixture = new SinkFixture(isQueued: false);
        using var began = new SemaphoreSlim(0);
        var sink = new PatientSink(TimeSpan.FromSeconds(timeout))
        {
            OnWrite = async (number, _, cancel) =>
            {
                if (number > 1) return;
                var answer = Task.Delay(TimeSpan.FromSeconds(25), fixture.Time, cancel);
                began.Release();
                await answer;
            },
        };
        fixture.Runner.Start(() => sink);
        fixture.Add(1);
        while (!began.Wait(0))
        {
            fixture.Time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }

        // Time stands still while the answer is delivered or the call is cancelled, however busy the machine is.
        fixture.Time.Advance(TimeSpan.FromSeconds(Math.Min(timeout, 25)));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (writes == 1 ? fixture.Runner.Counts.Delivered == 0 : !IsCancelled()) await Task.Delay(5, limit.Token);
        await fixture.UntilAsync(c => c.Delivered == 1);
        Assert.Equal(writes, sink.Writes);
        Assert.Equal(writes > 1, IsCancelled());

        bool IsCancelled() => fixture.Log.All.Any(l => l.Contains("no answer within 10 s", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_sink_that_lists_events_can_be_asked_while_it_is_open()
    {
        await using var fixture = new SinkFixture(isQueued: true, names: ["plain", "events"]);
        var runner = fixture.Runners[1];
        Assert.Null(runner.EventStore);
        fixture.Start();
        runner.Start(() => new EventSink());
        fixture.Add(1);
        await fixture.UntilAsync(c => c.Delivered == 1);
        await fixture.UntilAsync(runner, c => c.Delivered == 1);

        Assert.Null(fixture.Runner.EventStore);
        var page = await runner.EventStore!.ReadEventsAsync(new EventQuery(), default);
        Assert.Equal("""{"n":1}""", Assert.Single(page.Events).Json);
        await runner.StopAsync(TimeSpan.FromSeconds(30));
        Assert.Null(runner.EventStore);
    }

    [Fact]
    public async Task A_sink_with_a_limit_gets_no_more_at_a_time_in_order_and_once()
    {
        await using var fixture = new SinkFixture(isQueued: true);
        var sizes = new List<int>();
        var sink = new LimitedSink(100)
        {
            OnWrite = (number, batch, _) =>
            {
                sizes.Add(batch.Count);
                if (number == 2) throw new IOException("try again");
                return Poison(batch, 230);
            },
        };
        fixture.Add(350);
        fixture.Runner.Start(() => sink);
        await fixture.UntilAsync(c => c is { Delivered: 349, DeadLettered: 1 });
        Assert.Equal([.. SinkFixture.Numbers(1, 229), .. SinkFixture.Numbers(231, 350)], sink.Stored);
        Assert.Equal(100, sizes.Max());
    }

    [Fact]
    public async Task Retries_have_no_limit_of_their_own()
    {
        await using var fixture = new SinkFixture(isQueued: true);
        fixture.Start(s => s.OnWrite = (number, _, _) => number <= 300 ? throw new IOException("down") : default);
        fixture.Add(1);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (fixture.Runner.Counts.Delivered == 0)
        {
            Assert.False(patience.IsCancellationRequested, $"{fixture.Sinks.Sum(s => s.Writes)} attempts");
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal((301, 0), (fixture.Sinks.Single().Writes, fixture.Runner.Counts.DeadLettered));
    }

    [Fact]
    public async Task A_refused_record_is_a_dead_letter_with_its_reason_and_can_be_sent_again()
    {
        await using var bench = new SinkFixture(isQueued: true);
        var isHealed = false;
        bench.Start(s => s.OnWrite = (_, batch, _) => Poison(batch, isHealed ? -1 : 77));
        bench.Add(100);
        await bench.UntilAsync(c => c is { Produced: 100, Waiting: 0 });
        var letter = Assert.Single(await bench.Queue!.AskAsync(store => store.DeadLetters.Page("out")));
        Assert.Equal(("press.csx", "out", "poison"), (letter.Recipe, letter.Sink, letter.Reason));
        Assert.InRange(letter.Tries, 1, 5);
        Assert.Equal("{\"n\":77}", System.Text.Encoding.UTF8.GetString(letter.Records()[0].Json.Span));
        isHealed = true;
        await bench.Queue.RetryAsync(store => store.DeadLetters.Page("out"));
        await bench.UntilAsync(c => c.Delivered == 100);
        Assert.Equal([.. SinkFixture.Numbers(1, 76), .. SinkFixture.Numbers(78, 100), .. SinkFixture.Numbers(77, 77)], bench.Stored);
        Assert.Equal(new SinkCounts(100, 100, 0, 0, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task Records_are_stored_once_and_leave_when_the_slowest_sink_has_them()
    {
        await using var bench = new SinkFixture(isQueued: true, null, "fast", "slow");
        bench.Start(bench.Runners[0]);
        bench.Add(2000);
        await bench.UntilAsync(c => c.Delivered == 2000);
        Assert.Equal(2000, bench.Runners[1].Counts.Waiting);
        Assert.NotEqual(0, await bench.Queue!.AskAsync(Rows));
        bench.Start(bench.Runners[1]);
        await bench.UntilAsync(bench.Runners[1], c => c.Delivered == 2000);
        Assert.Equal([.. SinkFixture.Numbers(1, 2000), .. SinkFixture.Numbers(1, 2000)], bench.Stored);
        Assert.Equal(0, await bench.Queue.AskAsync(Rows));

        static int Rows(PlantRuntime.Queue.Store.QueueStore store) => store.BatchCount();
    }
}

public class DirectSinkSupervisorTests() : SinkSupervisorTests(isQueued: false)
{
    [Fact]
    public async Task What_does_not_fit_is_counted_and_said()
    {
        await using var bench = new SinkFixture(isQueued: false);
        var big = new byte[1 << 20];
        big.AsSpan().Fill((byte)' ');
        for (var i = 0; i < 40; i++) bench.Add(big);
        Assert.Equal(new SinkCounts(40, 0, 32, 0, 8), bench.Runner.Counts);
        await bench.Log.WhenAsync("DROPPED sink=out 32 MB are waiting");
        bench.Start();
        await bench.UntilAsync(c => c.Waiting == 0);
    }
}

public abstract class SinkSupervisorTests(bool isQueued)
{
    [Fact]
    public async Task Records_arrive_in_order_and_are_accounted_for()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start();
        bench.Add(3);
        await bench.UntilAsync(c => c.Delivered == 3);
        bench.Add(1200);
        await bench.UntilAsync(c => c.Delivered == 1203);
        Assert.Equal(SinkFixture.Numbers(1, 1203), bench.Stored);
        Assert.Equal(new SinkCounts(1203, 1203, 0, 0, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task What_fails_is_tried_again_in_order_after_a_new_connect()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write <= 3 ? throw new IOException("no route") : default);
        bench.Add(10);
        await bench.UntilAsync(c => c.Delivered == 10);
        Assert.Equal(SinkFixture.Numbers(1, 10), bench.Stored);
        Assert.Equal(4, bench.Sinks[0].Connects);
        await bench.Log.WhenAsync("RETRY sink=out no route waiting=10 sleep=2s");
        await bench.Log.WhenAsync("UP sink=out");

        // Four connects did not throw, and the first that led to an answer is the connection.
        string[] words = ["RETRY", "CONNECTED", "UP"];
        var events = bench.Log.All.Select(l => Array.Find(words, word => l.Contains($"{word} sink=out", StringComparison.Ordinal)));
        Assert.Equal(["RETRY", "RETRY", "RETRY", "CONNECTED", "UP"], events.OfType<string>());
    }

    [Fact]
    public async Task Why_a_sink_is_down_is_said_again_when_it_is_another_reason()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(
            s => s.OnWrite = (write, _, _) => write <= 7 ? throw new IOException(write < 7 ? "no route" : "wrong password") : default);
        bench.Add(1);
        await bench.UntilAsync(c => c.Delivered == 1);
        await bench.Log.WhenAsync("UP sink=out");
        string[] down = [.. bench.Log.All.Where(l => l.Contains("DOWN sink=out", StringComparison.Ordinal))];
        Assert.Contains("failures=5", down[0], StringComparison.Ordinal);
        Assert.Contains("wrong password", down[^1], StringComparison.Ordinal);

        // The known reason is said again once a minute, and virtual time may have passed faster than the retries.
        Assert.All(down[1..^1], line => Assert.Contains("no route", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refused_records_are_taken_out_when_the_sink_names_them()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(s => s.OnWrite = (write, _, _) => write == 1 ? throw new RejectedException("too long", [1, 3]) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c is { Produced: 5, Waiting: 0 });
        Assert.Equal([.. SinkFixture.Numbers(1, 1), .. SinkFixture.Numbers(3, 3), .. SinkFixture.Numbers(5, 5)], bench.Stored);
        Assert.Equal(new SinkCounts(5, 3, 0, 2, 0), bench.Runner.Counts);
    }

    [Fact]
    public async Task A_refused_record_that_is_not_named_is_found_by_dividing()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(s => s.OnWrite = (_, batch, _) => Poison(batch, 77));
        bench.Add(100);
        await bench.UntilAsync(c => c is { Produced: 100, Waiting: 0 });
        Assert.Equal([.. SinkFixture.Numbers(1, 76), .. SinkFixture.Numbers(78, 100)], bench.Stored);
        Assert.Equal(new SinkCounts(100, 99, 0, 1, 0), bench.Runner.Counts);
        await bench.Log.WhenAsync("REJECTED sink=out records=1 poison");
    }

    [Fact]
    public async Task A_sink_that_ignores_its_timeout_is_left_behind_and_nothing_is_lost()
    {
        await using var bench = new SinkFixture(isQueued);
        var never = new TaskCompletionSource();
        bench.Start(s => s.OnWrite = (_, _, _) => bench.Sinks.Count == 1 ? new ValueTask(never.Task) : default);
        bench.Add(5);
        await bench.UntilAsync(_ => bench.Sinks is [{ Writes: 1 }]);
        bench.Time.Advance(TimeSpan.FromSeconds(15));
        bench.Runner.Poll();
        await bench.Log.WhenAsync("HANG sink=out ignored its timeout of 10 s");
        await bench.Log.WhenAsync("START sink=out", 2);
        await bench.UntilAsync(c => c.Delivered == 5);
        Assert.Equal(SinkFixture.Numbers(1, 5), bench.Sinks[1].Stored);
        never.SetResult();
    }

    [Fact]
    public async Task A_sink_with_a_bug_is_parked_after_three_and_its_records_wait_for_a_new_plugin()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(s => s.OnWrite = (_, _, _) => throw new NullReferenceException("oh"));
        bench.Add(4);
        await bench.UntilAsync(_ => bench.Runner.State == SinkState.Parked);
        await bench.Runner.StopAsync(TimeSpan.Zero);
        Assert.Equal(4, bench.Runner.Counts.Waiting);
        bench.Start();
        await bench.UntilAsync(c => c.Delivered == 4);
        Assert.Equal(SinkFixture.Numbers(1, 4), bench.Stored);
    }

    [Fact]
    public async Task A_sink_that_changes_its_batch_is_parked_and_no_record_is_lost()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(s => s.OnWrite = (write, batch, _) =>
        {
            if (write % 2 == 0) batch.Add(batch[0]);
            batch.Clear();
            return default;
        });
        bench.Add(4);
        await bench.UntilAsync(_ => bench.Runner.State == SinkState.Parked);
        await bench.Log.WhenAsync("PARKED sink=out NotSupportedException: a sink only reads its batch");
        await bench.Runner.StopAsync(TimeSpan.Zero);
        Assert.Equal(4, bench.Runner.Counts.Waiting);
        bench.Start();
        await bench.UntilAsync(c => c.Delivered == 4);
        Assert.Equal(SinkFixture.Numbers(1, 4), bench.Stored);
    }

    [Fact]
    public async Task A_batch_that_a_sink_keeps_cannot_be_changed_while_it_waits_to_be_sent_again()
    {
        await using var bench = new SinkFixture(isQueued);
        RecordBatch? kept = null;
        var refusals = 0;
        bench.Start(s => s.OnWrite = (write, batch, _) =>
        {
            if (write > 1) return default;
            kept = batch;
            throw new IOException("no route");
        });
        bench.Add(4);
        await bench.UntilAsync(_ => bench.Runner.State == SinkState.Retrying);
        if (Xunit.Record.Exception(() => kept!.Clear()) is NotSupportedException) refusals++;
        await bench.UntilAsync(c => c.Delivered == 4);
        Assert.Equal((1, 4), (refusals, bench.Stored.Count()));
    }

    [Fact]
    public async Task Stopping_stores_what_is_waiting()
    {
        var bench = new SinkFixture(isQueued);
        bench.Start();
        bench.Add(50);
        await bench.DisposeAsync();
        Assert.Equal(SinkFixture.Numbers(1, 50), bench.Stored);
        Assert.True(bench.Sinks[0].IsDisposed);
    }

    [Fact]
    public async Task Others_that_a_sink_has_stored_are_not_sent_again()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(
            s => s.OnWrite = (write, _, _) => write == 1 ? throw new RejectedException("too long", [1], othersAreStored: true) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c is { Produced: 5, Waiting: 0 });
        Assert.Equal(new SinkCounts(5, 4, 0, 1, 0), bench.Runner.Counts);
        Assert.Equal(1, bench.Sinks[0].Writes);
    }

    [Fact]
    public async Task A_sink_that_says_when_to_come_again_is_left_alone_until_then()
    {
        await using var bench = new SinkFixture(isQueued);
        bench.Start(
            s => s.OnWrite = (write, _, _) => write == 1 ? throw new RetryAfterException("busy", TimeSpan.FromMinutes(2)) : default);
        bench.Add(5);
        await bench.UntilAsync(c => c.Delivered == 5);
        await bench.Log.WhenAsync("RETRY sink=out busy sleep=120s");
    }

    [Fact]
    public async Task A_sink_that_is_down_is_asked_seldom_and_said_to_be_down_and_up()
    {
        await using var bench = new SinkFixture(isQueued);
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
