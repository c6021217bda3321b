using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

public class WriteTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_value_goes_out_between_two_scans_as_the_device_holds_it()
    {
        await using var bench = new WriteFixture(t => t with { Scale = 0.1, Offset = 5 });
        bench.Device.Start();
        await bench.Device.NextAsync();

        Assert.Equal(new WriteResult(WriteOutcome.Written), await bench.WriteAsync(5.3));

        Assert.Equal([("a", Value.Of(3.0))], bench.Driver.Written);
        var entry = Assert.Single(bench.AuditEntries());
        Assert.Equal(("recipes/a.csx(1,1)", "plc", "a", 5.3, "written"),
            (entry.GetProperty("who").GetString(), entry.GetProperty("device").GetString(),
            entry.GetProperty("tag").GetString(), entry.GetProperty("value").GetDouble(), entry.GetProperty("outcome").GetString()));
        Assert.Equal(bench.Device.Time.GetUtcNow().UtcDateTime, entry.GetProperty("time").GetDateTime());
    }

    [Fact]
    public async Task Of_a_thousand_forbidden_writes_none_is_written_and_all_are_audited()
    {
        await using var bench = new WriteFixture(t => t with { Write = new WriteOptions { Range = [0, 100] } }, auditSize: 40_000);
        bench.Device.Start();
        await bench.Device.NextAsync();
        (string Device, string Tag, Value Value)[] forbidden =
        [
            ("plc", "a", 101), ("plc", "a", -0.001), ("plc", "a", double.NaN), ("plc", "a", "high"), ("plc", "a", Value.Of([Value.Of(1)])),
            ("plc", "b", 1), ("plc", "c", 1), ("other", "a", 1), ("plc", "a", Value.Null), ("plc", "a", ulong.MaxValue),
        ];
        var attempts = Enumerable.Range(0, 1000).Select(i => forbidden[i % forbidden.Length])
            .Select(f => bench.Post(f.Value, f.Tag, f.Device)).ToList();
        var results = await Task.WhenAll(attempts.Select(WriteFixture.EndOf));

        Assert.All(results, r => Assert.Equal(WriteOutcome.Refused, r.Outcome));
        Assert.Empty(bench.Driver.Written);
        Assert.Equal(1000, bench.AuditEntries().Length);
        Assert.True(Directory.GetFiles(Path.GetDirectoryName(bench.AuditFile)!).Length > 3, "it was not rotated");
        Assert.Equal("101 is outside 0 to 100", results[0].Reason);
        Assert.Contains("write = { … }", results[5].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_does_not_allow_it_is_never_written()
    {
        await using var bench = new WriteFixture(isWritable: false);
        bench.Device.Start();
        await bench.Device.NextAsync();
        var result = await bench.WriteAsync(1);
        Assert.Equal((WriteOutcome.Refused, true), (result.Outcome, result.Reason!.Contains("writable = true", StringComparison.Ordinal)));
        Assert.Equal(["a=1 refused"], bench.Audit());
        Assert.Empty(bench.Driver.Written);
    }

    [Fact]
    public async Task Of_the_values_that_wait_for_a_scan_only_the_latest_is_written()
    {
        await using var bench = new WriteFixture();
        var scan = await StartWithSlowScanAsync(bench);
        var attempts = new[] { bench.Post(1), bench.Post(2), bench.Post(3) };
        scan.SetResult();
        var results = await Task.WhenAll(attempts.Select(WriteFixture.EndOf));
        Assert.Equal([WriteOutcome.Replaced, WriteOutcome.Replaced, WriteOutcome.Written], results.Select(r => r.Outcome));
        Assert.Equal([("a", Value.Of(3))], bench.Driver.Written);
        Assert.Equal(["a=1 replaced", "a=2 replaced", "a=3 written"], bench.Audit());
    }

    [Fact]
    public async Task A_value_that_grew_too_old_before_its_turn_is_not_written()
    {
        await using var bench = new WriteFixture();
        var scan = await StartWithSlowScanAsync(bench);
        var attempt = bench.Post(1);
        bench.Device.Time.Advance(2.5 * s_second);
        scan.SetResult();
        Assert.Equal(new WriteResult(WriteOutcome.TooOld, "it was 2.5 s old, 2 s are allowed"), await WriteFixture.EndOf(attempt));
        Assert.Empty(bench.Driver.Written);
    }

    [Fact]
    public async Task What_came_during_an_outage_is_refused_at_once_and_not_written_afterwards()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start(d =>
        {
            d.OnRead = (read, into, _) => read == 1 ? throw new NotConnectedException("connection reset") : default;
            d.OnConnect = (attempt, _) => attempt == 2 ? throw new NotConnectedException("no route") : default;
        });
        await bench.Device.Log.WhenAsync("RECONNECT connection reset");
        var first = await bench.WriteAsync(1);
        await bench.Device.AdvanceAsync(5 * s_second);
        await bench.Device.Log.WhenAsync("RECONNECT no route");
        var second = await bench.WriteAsync(2);
        await bench.Device.AdvanceAsync(10 * s_second);
        await bench.Device.Log.WhenAsync("OK device=plc");

        Assert.Equal((WriteOutcome.Refused, WriteOutcome.Refused), (first.Outcome, second.Outcome));
        Assert.Equal("plc is not connected: no route", second.Reason);
        Assert.Empty(bench.Driver.Written);
        Assert.Equal(WriteOutcome.Written, (await bench.WriteAsync(3)).Outcome);
        Assert.Equal([("a", Value.Of(3))], bench.Driver.Written);
    }

    [Fact]
    public async Task Without_an_answer_the_outcome_is_unknown_and_nothing_is_sent_again()
    {
        await using var bench = new WriteFixture();
        var sent = new SemaphoreSlim(0);
        bench.Device.Start(d => d.OnWrite = async (value, cancel) =>
        {
            sent.Release();
            if (value.Int == 1) await Task.Delay(Timeout.Infinite, cancel);
            if (value.Int == 2) throw new NotConnectedException("connection reset");
        });
        await bench.Device.NextAsync();
        var first = bench.Post(1);
        await sent.WaitAsync();
        await bench.Device.AdvanceAsync(3 * s_second);
        Assert.Equal(new WriteResult(WriteOutcome.Unknown, "no answer within 3 s"), await WriteFixture.EndOf(first));
        await bench.Device.NextAsync();
        Assert.Equal(new WriteResult(WriteOutcome.Unknown, "connection reset"), await bench.WriteAsync(2));
        await bench.Device.Log.WhenAsync("RENEWED device=plc connection reset");
        await bench.Device.AdvanceAsync(5 * s_second);
        Assert.Null((await bench.Device.NextAsync()).Header.Failure);
        Assert.Equal(1, sent.CurrentCount);
        Assert.Empty(bench.Driver.Written);
    }

    [Fact]
    public async Task A_driver_that_hangs_in_a_write_is_left_behind_and_the_next_one_writes()
    {
        await using var bench = new WriteFixture();
        var (entered, never) = (new SemaphoreSlim(0), new TaskCompletionSource());
        bench.Device.Start(d => d.OnWrite = (value, _) =>
        {
            entered.Release();
            return value.Int == 1 ? new ValueTask(never.Task) : default;
        });
        await bench.Device.NextAsync();
        var (stuck, waiting) = (bench.Post(1), (WriteAttempt?)null);
        await entered.WaitAsync();
        waiting = bench.Post(2);
        bench.Device.Time.Advance(6 * s_second);
        bench.Device.Runner.Poll();
        Assert.Equal(WriteOutcome.Unknown, (await WriteFixture.EndOf(stuck)).Outcome);
        Assert.Equal(WriteOutcome.Refused, (await WriteFixture.EndOf(waiting)).Outcome);
        while ((await bench.Device.NextAsync()).Header.Failure is not null) { }
        Assert.Equal(WriteOutcome.Written, (await bench.WriteAsync(3)).Outcome);
        never.SetResult();
        Assert.Equal(["a=1 unknown", "a=2 refused", "a=3 written"], bench.Audit());
    }

    [Theory]
    [InlineData(7, "written", "read back")]
    [InlineData(6, "differs", "the device holds 6 after 7 was written")]
    [InlineData(null, "written", "could not be read back: BAD_ADDRESS gone")]
    public async Task A_tag_is_read_back_where_that_is_asked_for(int? held, string outcome, string reason)
    {
        await using var bench = new WriteFixture(t => t with { Write = new WriteOptions { ReadBack = true } });
        bench.Device.Start(d => d.OnRead = (_, into, _) =>
        {
            if (held is { } value) into.Good(0, value);
            else into.Bad(0, Quality.BadAddress, "gone");
            return default;
        });
        await bench.Device.NextAsync();
        Assert.Equal(reason, (await bench.WriteAsync(7.0)).Reason);
        Assert.Equal([$"a=7 {outcome}"], bench.Audit());
        if (outcome == "differs") await bench.Device.Log.WhenAsync("WARN WRITE tag=plc.a outcome=differs");
    }

    [Theory]
    [InlineData("2026-11-21T08:00:00", "2026-11-21T08:00:00.000000000", true)]
    [InlineData("08:00:00.5", "08:00:00.500", true)]
    [InlineData("08:00:00", "08:00:01.000", false)]
    [InlineData("08:00:00", "08:00:00.001", false)]
    [InlineData("1.5", "1.50", false)]
    public void A_time_is_the_same_with_more_digits(string written, string read, bool isSame) =>
        Assert.Equal(isSame, Unscale.IsSame(written, read));

    [Fact]
    public async Task A_refusal_of_the_device_is_the_reason()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start(d => d.OnWrite = (_, _) => throw new RefusedException("access denied (03)"));
        await bench.Device.NextAsync();
        Assert.Equal(new WriteResult(WriteOutcome.Refused, "access denied (03)"), await bench.WriteAsync(1));
        Assert.Equal(1, bench.Device.Runner.Status.Connects);
    }

    [Fact]
    public async Task Nothing_is_written_while_the_audit_log_cannot_be()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start();
        await bench.Device.NextAsync();
        Directory.CreateDirectory(bench.AuditFile);
        var first = bench.Post(1);
        await bench.Device.Log.WhenAsync("AUDIT no device is written");
        await bench.Device.Log.WhenAsync("WARN WRITE tag=plc.a outcome=refused");
        Assert.Equal(WriteOutcome.Refused, (await WriteFixture.EndOf(first)).Outcome);
        var second = bench.Post(2);
        Directory.Delete(bench.AuditFile);
        File.WriteAllText(bench.AuditFile, "{\"a torn line\":");
        var again = bench.Device.Log.WhenAsync("AUDIT is written again");
        while (!again.IsCompleted)
        {
            bench.Device.Time.Advance(s_second);
            await Task.Yield();
        }

        await again;
        Assert.Equal(WriteOutcome.Refused, (await WriteFixture.EndOf(second)).Outcome);
        Assert.Equal(WriteOutcome.Written, (await bench.WriteAsync(3)).Outcome);
        Assert.Equal([("a", Value.Of(3))], bench.Driver.Written);
        Assert.Collection(File.ReadAllLines(bench.AuditFile), line => Assert.Equal("{\"a torn line\":", line),
            Refused, Refused, line => Ends(line, "begun"), line => Ends(line, "written"));

        static void Ends(string line, string outcome) =>
            Assert.Contains($"\"outcome\":\"{outcome}\",\"prev\":", line, StringComparison.Ordinal);

        static void Refused(string line) => Assert.Contains("the audit log cannot be written", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_is_on_the_disk_as_begun_before_the_device_has_it()
    {
        await using var bench = new WriteFixture();
        var seen = new List<string>();
        bench.Device.Start(d => d.OnWrite = (_, _) =>
        {
            seen.AddRange(File.ReadAllLines(bench.AuditFile));
            return default;
        });
        await bench.Device.NextAsync();
        await bench.WriteAsync(1);
        Assert.Contains("\"tag\":\"a\",\"value\":1,\"outcome\":\"begun\",\"prev\":", Assert.Single(seen), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Facts_are_asked_after_connecting_and_every_half_minute_and_a_wrong_one_is_a_warning()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d => d.Facts = [new DeviceProperty("state", "RUN"), new DeviceProperty("firmware", "V3")]);
        await bench.NextAsync();
        bench.Runner.Poll();
        await bench.Log.WhenAsync("INFO FACTS device=plc state=\"RUN\" firmware=\"V3\"");
        bench.Drivers[0].Facts = [new DeviceProperty("state", "STOP", IsWrong: true), new DeviceProperty("firmware", "V3")];
        bench.Runner.Poll();
        for (var i = 0; i < 30; i++)
        {
            await bench.AdvanceAsync(s_second);
            await bench.NextAsync();
        }

        bench.Runner.Poll();
        await bench.Log.WhenAsync("WARN FACTS device=plc state=\"STOP\"");
        Assert.DoesNotContain(bench.Log.All,
            l => l.Contains("STOP", StringComparison.Ordinal) && l.Contains("V3", StringComparison.Ordinal));
        Assert.Equal("STOP", bench.Runner.Status.Facts[0].Text);
    }

    /// <summary>Starts the device and waits until its second scan hangs in the driver, until the result is set.</summary>
    private static async Task<TaskCompletionSource> StartWithSlowScanAsync(WriteFixture bench)
    {
        var scan = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        bench.Device.Start(d => d.OnRead = async (read, into, _) =>
        {
            if (read == 2) await scan.Task;
            into.Good(0, read);
        });
        await bench.Device.NextAsync();
        await bench.Driver.ReadBegan.WaitAsync();
        await bench.Device.AdvanceAsync(s_second);
        await bench.Driver.ReadBegan.WaitAsync();
        return scan;
    }
}
