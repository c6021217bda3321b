using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

public class DeviceSupervisorTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task Scans_come_at_a_fixed_rate_from_the_first_moment()
    {
        await using var bench = new DeviceFixture();
        bench.Start();
        var start = bench.Time.GetUtcNow().UtcDateTime;
        for (var i = 0; i < 5; i++)
        {
            var (header, samples) = await bench.NextAsync();
            Assert.Equal((i + 1, start + (i * s_second), (string?)null), (header.Number, header.Time, header.Failure));
            Assert.Equal([i + 1, i + 1], samples.Select(s => s.Value.Int));
            await bench.AdvanceAsync(s_second);
        }
    }

    [Fact]
    public async Task A_scan_that_takes_too_long_skips_beats_and_counts_them()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d => d.OnRead = async (read, into, cancel) =>
        {
            if (read == 2) await Task.Delay(TimeSpan.FromSeconds(2.6), bench.Time, cancel);
            into.Good(0, read);
        });
        var start = bench.Time.GetTimestamp();
        await bench.NextAsync();
        await bench.AdvanceAsync(s_second);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(2.6), timers: 2);
        Assert.Equal(s_second.Ticks, (await bench.NextAsync()).Header.Timestamp - start);
        await bench.AdvanceAsync(TimeSpan.FromSeconds(0.4));
        Assert.Equal(4 * s_second.Ticks, (await bench.NextAsync()).Header.Timestamp - start);
        Assert.Equal(2, bench.Runner.Status.Skipped);
    }

    [Fact]
    public async Task Tags_of_two_rates_share_one_connection()
    {
        await using var bench = new DeviceFixture(m => m with { Tags = [SiteParts.Tag("slow", 3 * s_second), SiteParts.Tag("fast")] });
        bench.Start();
        var seen = new List<string>();
        for (var i = 0; i < 6; i++)
        {
            seen.Add(string.Concat((await bench.NextAsync()).Samples.Select(s => s.Tag.Name)));
            if (i != 0 && i != 4) await bench.AdvanceAsync(s_second);
        }

        Assert.Equal(["slow", "fast", "fast", "fast", "slow", "fast"], seen);
        Assert.Single(bench.Drivers);
        Assert.Equal(1, bench.Runner.Status.Connects);
    }

    [Fact]
    public async Task Connecting_backs_off_and_says_so()
    {
        await using var bench =
            new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = 5 * s_second, Max = 15 * s_second } });
        bench.Start(d => d.OnConnect = (attempt, _) => attempt < 5 ? throw new NotConnectedException("connection refused") : default);
        var attempts = 0;
        foreach (var sleep in new[] { 5, 10, 15, 15 })
        {
            attempts++;
            await bench.Log.WhenAsync("RECONNECT device=plc connection refused", attempts);
            Assert.EndsWith(
                $"sleep={sleep}s attempts={attempts} reconnects=0",
                bench.Log.All.Last(l => l.Contains("RECONNECT", StringComparison.Ordinal)), StringComparison.Ordinal);
            await bench.AdvanceAsync(sleep * s_second);
        }

        await bench.Log.WhenAsync("CONNECTED device=plc address=script:1");
        Assert.Equal(5, bench.Drivers[0].Connects);
        Assert.Equal(0, bench.Runner.Status.Attempts);
    }

    [Fact]
    public async Task A_lost_device_tells_its_listeners_once_and_the_next_good_scan_ends_that()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = s_second } });
        bench.Start(d => d.OnRead = (read, into, _) =>
        {
            if (read is >= 2 and <= 4) throw new NotConnectedException("connection reset");
            into.Good(0, read);
            into.Good(1, read);
            return default;
        });
        Assert.Null((await bench.NextAsync()).Header.Failure);
        await bench.AdvanceAsync(s_second);
        var (header, samples) = await bench.NextAsync();
        Assert.Equal("connection reset", header.Failure);
        Assert.All(samples, s => Assert.Equal((Quality.BadComm, ValueKind.Null), (s.Quality, s.Value.Kind)));
        await bench.Log.WhenAsync("RECONNECT connection reset sleep=1s");
        await bench.AdvanceAsync(s_second);
        await bench.Log.WhenAsync("RECONNECT connection reset sleep=2s attempts=0 reconnects=1");
        Assert.False(bench.HasScan);
        await bench.AdvanceAsync(2 * s_second);
        Assert.Equal(5, (await bench.NextAsync()).Samples[0].Value.Int);
        Assert.Equal(0, bench.Runner.Status.ReconnectsInRow);
    }

    [Fact]
    public async Task Failed_scans_in_a_row_lead_to_a_new_connection()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = s_second, AfterFailures = 3 } });
        bench.Start(d => d.OnRead = (read, into, _) => read <= 3 ? throw new IOException("checksum wrong") : default);
        for (var i = 0; i < 3; i++)
        {
            await bench.Log.WhenAsync("FAILED checksum wrong", i + 1);
            await bench.AdvanceAsync(s_second);
        }

        await bench.Log.WhenAsync("CONNECTED", 2);
        Assert.Equal((2, 3L), (bench.Drivers[0].Connects, bench.Runner.Status.Failed));
    }

    [Fact]
    public async Task A_connection_is_made_anew_from_time_to_time_without_loss()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { Every = 3 * s_second } });
        bench.Start();
        for (var i = 1; i <= 5; i++)
        {
            Assert.Equal((i, (string?)null), ((int)(await bench.NextAsync()).Header.Number, null));
            await bench.AdvanceAsync(s_second);
        }

        Assert.Equal(2, bench.Drivers[0].Connects);
    }

    [Fact]
    public async Task One_bad_tag_is_bad_alone_and_named_when_it_turns()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d => d.OnRead = (read, into, _) =>
        {
            into.Good(0, 1);
            if (read < 4) into.Bad(1, Quality.BadAddress, "illegal data address");
            else into.Good(1, 2);
            return default;
        });
        for (var i = 0; i < 4; i++)
        {
            var samples = (await bench.NextAsync()).Samples;
            Assert.Equal((Quality.Good, i < 3 ? Quality.BadAddress : Quality.Good), (samples[0].Quality, samples[1].Quality));
            await bench.AdvanceAsync(s_second);
        }

        await bench.Log.WhenAsync("GOOD tag=plc.b");
        Assert.Single(bench.Log.All,
            l => l.Contains("BAD tag=plc.b quality=BAD_ADDRESS reason=\"illegal data address\"", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_read_without_an_answer_ends_at_the_timeout()
    {
        await using var bench = new DeviceFixture(m => m with { Timeout = 3 * s_second });
        bench.Start(d => d.OnRead = async (_, _, cancel) => await Task.Delay(Timeout.Infinite, cancel));
        await bench.Log.WhenAsync("CONNECTED");
        await bench.Drivers[0].ReadBegan.WaitAsync(TimeSpan.FromSeconds(20));
        await bench.AdvanceAsync(3 * s_second);
        Assert.Equal("no answer within 3 s", (await bench.NextAsync()).Header.Failure);
    }

    [Fact]
    public async Task A_driver_that_ignores_its_timeout_is_left_behind_and_parked_after_three()
    {
        await using var bench = new DeviceFixture(m => m with { Timeout = s_second });
        var never = new TaskCompletionSource();
        bench.Start(d => d.OnRead = (_, _, _) => new ValueTask(never.Task));
        for (var i = 0; i < 3; i++)
        {
            while (bench.Drivers.Count <= i) await Task.Yield();
            await bench.Drivers[i].ReadBegan.WaitAsync(TimeSpan.FromSeconds(20));

            // The driver may be called before its time is counted, so the clock goes on until this call has been given up.
            while (bench.Log.All.Count(l => l.Contains("HANG", StringComparison.Ordinal)) == i
                && bench.Runner.Status.State != DeviceState.Parked)
            {
                bench.Time.Advance(4 * s_second);
                bench.Runner.Poll();
                await Task.Yield();
            }
        }

        await bench.Log.WhenAsync("PARKED device=plc ignored the timeout of 1 s 3 times");
        Assert.Equal(DeviceState.Parked, bench.Runner.Status.State);
        Assert.Equal(3, bench.Drivers.Count);
        never.SetResult();
    }

    [Fact]
    public async Task A_driver_with_a_bug_is_parked_and_named_after_three()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = s_second } });
        bench.Start(d => d.OnRead = (_, _, _) => throw new InvalidCastException("what a type"));
        await bench.Log.WhenAsync("FAILED");
        await bench.AdvanceAsync(s_second);
        await bench.Log.WhenAsync("FAILED", 2);
        await bench.AdvanceAsync(s_second);
        await bench.Log.WhenAsync("PARKED device=plc driver=script InvalidCastException: what a type");
    }

    [Fact]
    public async Task A_device_that_was_parked_for_unexpected_replies_is_tried_again_and_works()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { AfterFailures = 1, First = s_second } });
        bench.Start(d => d.OnRead = (_, _, _) =>
            bench.Drivers.Count == 1 ? throw new IndexOutOfRangeException("an odd reply") : default);
        await bench.Log.WhenAsync("RECONNECT");
        await bench.AdvanceAsync(s_second);
        await bench.Log.WhenAsync("RECONNECT", 2);
        await bench.AdvanceAsync(2 * s_second);
        await bench.Log.WhenAsync("PARKED device=plc an odd reply next=\"it is tried again in 10min, or at once with plant restart");
        await bench.NextAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(10));
        bench.Runner.Poll();
        Assert.Null((await bench.NextAsync()).Header.Failure);
        Assert.Equal((2, DeviceState.Running), (bench.Drivers.Count, bench.Runner.Status.State));
    }

    [Fact]
    public async Task A_device_that_waits_for_its_next_attempt_is_retried_at_once_and_one_that_works_is_left_alone()
    {
        await using var bench = new DeviceFixture(m => m with { Reconnect = new ReconnectOptions { First = TimeSpan.FromMinutes(1) } });
        bench.Start(d => d.OnConnect = (_, _) => bench.Drivers.Count == 1 ? throw new NotConnectedException("no route") : default);
        await bench.Log.WhenAsync("RECONNECT");
        await bench.Runner.RetryNowAsync().WaitAsync(TimeSpan.FromSeconds(20));
        while ((await bench.NextAsync()).Header.Failure is not null)
        {
        }

        await bench.Runner.RetryNowAsync();
        Assert.Equal(2, bench.Drivers.Count);
    }

    [Fact]
    public async Task Text_of_a_device_is_escaped_in_its_status()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d =>
        {
            d.Facts = [new DeviceProperty("name", "a\u001b[31m\u202eb")];
            d.OnConnect = (attempt, _) => attempt == 1 ? throw new NotConnectedException("line\none\u001b[2J") : default;
        });
        await bench.Log.WhenAsync("RECONNECT");
        Assert.Equal("line\\none\\u001B[2J", bench.Runner.Status.Reason);
        bench.Runner.Status.Facts = [new DeviceProperty("name", "a\u001b[31m\u202eb")];
        Assert.Equal("a\\u001B[31m\\u202Eb", bench.Runner.Status.Facts[0].Text);
    }

    [Fact]
    public async Task A_listener_that_throws_harms_neither_the_device_nor_other_listeners()
    {
        await using var bench = new DeviceFixture();
        bench.Runner.Swap(bench, new ThrowingListener());
        bench.Runner.Swap(null, bench);
        bench.Start();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(i, (await bench.NextAsync()).Header.Number);
            await bench.AdvanceAsync(s_second);
        }

        await bench.Log.WhenAsync("BUG in=listener type=ThrowingListener");
        Assert.Single(bench.Log.All, l => l.Contains("ERROR BUG", StringComparison.Ordinal));
    }

    private sealed class ThrowingListener : IScanListener
    {
        public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples) => throw new InvalidOperationException("oh");
    }

    [Fact]
    public async Task Steps_of_the_wall_clock_do_not_disturb_the_rhythm()
    {
        await using var bench = new DeviceFixture();
        bench.Start();
        var first = (await bench.NextAsync()).Header.Timestamp;
        foreach (var step in new[] { 1.0, -1, 24, -24, -56 * 365 * 24, 68 * 365 * 24 })
        {
            bench.Time.StepWallClock(TimeSpan.FromHours(step));
            await bench.AdvanceAsync(s_second);
            Assert.Equal(first += s_second.Ticks, (await bench.NextAsync()).Header.Timestamp);
        }

        Assert.Equal(0, bench.Runner.Status.Skipped);
    }

    [Fact]
    public async Task Scale_offset_and_range_of_the_tag_table_are_applied()
    {
        await using var bench =
            new DeviceFixture(
                m => m with { Tags = [SiteParts.Tag("a") with { Scale = 0.1, Offset = 5 },
                    SiteParts.Tag("b") with { Low = 0, High = 10 }] });
        bench.Start(d => d.OnRead = (_, into, _) =>
        {
            into.Good(0, 100);
            into.Good(1, 10.5);
            return default;
        });
        var samples = (await bench.NextAsync()).Samples;
        Assert.Equal((15.0, Quality.BadRange, true), (samples[0].Value.Number, samples[1].Quality, samples[1].Value.IsNull));
    }

    [Fact]
    public async Task Of_the_jobs_that_wait_only_one_goes_before_a_scan_that_is_due()
    {
        await using var bench = new DeviceFixture();
        var order = new System.Collections.Concurrent.ConcurrentQueue<string>();
        var (began, gate) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource());
        bench.Start(d => d.OnRead = (read, _, _) =>
        {
            order.Enqueue($"scan {read}");
            return default;
        });
        await bench.NextAsync();
        var jobs = (Task<int>[])[Ask(1), Ask(2), Ask(3)];
        await began.Task.WaitAsync(TimeSpan.FromSeconds(20));
        bench.Time.Advance(s_second);
        gate.SetResult();
        await Task.WhenAll(jobs).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(["scan 1", "job 1", "scan 2", "job 2", "job 3"], order);

        Task<int> Ask(int number) => bench.Runner.AskAsync(async (_, _) =>
        {
            order.Enqueue($"job {number}");
            began.TrySetResult();
            await gate.Task;
            return number;
        });
    }
}
