using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices.Writes;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Models;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>Values that a register cannot hold as they are, and replies that do not confirm a write.</summary>
public class WriteValueTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    public static TheoryData<double, double?, double, string?> Rounded { get; } = new()
    {
        { 2.4, null, 2, "rounded to 2" }, { 2.5, null, 3, "rounded to 3" }, { -2.5, null, -3, "rounded to -3" }, { 7, null, 7, null },
        { 12.26, 0.1, 123, "rounded to 123" }, { 12.25, 0.1, 123, "rounded to 123" }, { 12.3, 0.1, 123, null },
        { 0.3, 0.1, 3, null }, { 0.29, 0.1, 3, "rounded to 3" }, { -0.4, null, 0, "rounded to 0" },
    };

    [Theory]
    [MemberData(nameof(Rounded))]
    public async Task A_computed_value_is_rounded_to_the_nearest_count(double value, double? scale, double raw, string? reason)
    {
        await using var bench = new WriteFixture(t => t with { Scale = scale });
        bench.Device.Start(d => d.OnWrite = RefuseFractions);
        await bench.Device.NextAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(new WriteResult(WriteOutcome.Written, reason), await bench.WriteAsync(value));
        Assert.Equal([raw, raw], bench.Driver.Written.Select(w => w.Value.Number));
        Assert.Equal(2, bench.Audit().Length);
    }

    [Fact]
    public async Task Each_value_of_a_list_is_rounded()
    {
        await using var bench = new WriteFixture();
        bench.Device.Start(d => d.OnWrite = RefuseFractions);
        await bench.Device.NextAsync();
        var result = await bench.WriteAsync(Value.Of([Value.Of(1.2), Value.Of(3), Value.Of(-1.7)]));
        Assert.Equal(new WriteResult(WriteOutcome.Written, "rounded to [1, 3, -2]"), result);
    }

    [Fact]
    public async Task A_tag_can_refuse_to_round()
    {
        await using var bench = new WriteFixture(t => t with { Round = WriteRounding.Refuse });
        bench.Device.Start(d => d.OnWrite = RefuseFractions);
        await bench.Device.NextAsync();
        Assert.Equal(new WriteResult(WriteOutcome.Refused, "2.5 does not fit INT"), await bench.WriteAsync(2.5));
        Assert.Empty(bench.Driver.Written);
    }

    [Fact]
    public async Task A_refusal_for_another_reason_is_not_repeated()
    {
        await using var bench = new WriteFixture();
        var asked = 0;
        bench.Device.Start(d => d.OnWrite = (_, _) =>
        {
            asked++;
            throw new RefusedException("access denied (03)");
        });
        await bench.Device.NextAsync();
        Assert.Equal(WriteOutcome.Refused, (await bench.WriteAsync(2.5)).Outcome);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(0.5, "0.5 rounds to 1, which is outside 0 to 0.5; nothing was written")]
    [InlineData(0.4, null)]
    public async Task A_rounded_value_does_not_leave_the_range(double value, string? reason)
    {
        await using var bench = new WriteFixture(t => t with { Write = new WriteOptions { Range = [0, 0.5] } });
        bench.Device.Start(d => d.OnWrite = RefuseFractions);
        await bench.Device.NextAsync();
        for (var i = 0; i < 2; i++) Assert.Equal(reason ?? "rounded to 0", (await bench.WriteAsync(value)).Reason);
        Assert.Equal(reason is null ? 2 : 0, bench.Driver.Written.Count);
    }

    [Fact]
    public async Task The_upper_limit_can_be_reached_by_rounding()
    {
        await using var bench = new WriteFixture(t => t with { Scale = 0.1, Write = new WriteOptions { Range = [0, 0.3] } });
        bench.Device.Start(d => d.OnWrite = RefuseFractions);
        await bench.Device.NextAsync();
        Assert.Equal(new WriteResult(WriteOutcome.Written, "rounded to 3"), await bench.WriteAsync(0.29));
    }

    public static TheoryData<Value, double?, string> Refused { get; } = new()
    {
        { true, 0.1, "TRUE is no number, and the tag has a scale" },
        { "12", 0.1, "the text '12' is no number, and the tag has a scale" },
        { "abc", null, "the text 'abc' is no number, and the tag has a range" },
        { Value.Of([1, 2]), null, "a list is no number, and the tag has a range" },
        { double.NaN, null, "NaN is no number that a device can hold" },
        { double.PositiveInfinity, 0.1, "Infinity is no number that a device can hold" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_value_of_another_kind_gets_the_reason_and_one_log_line_a_minute(Value value, double? scale, string reason)
    {
        await using var bench = new WriteFixture(t => t with { Scale = scale, Write = new WriteOptions { Range = [0, 100] } });
        bench.Device.Start();
        await bench.Device.NextAsync();
        for (var i = 0; i < 50; i++)
        {
            var result = await bench.WriteAsync(value);
            Assert.Equal(WriteOutcome.Refused, result.Outcome);
            Assert.StartsWith(reason, result.Reason, StringComparison.Ordinal);
        }

        await bench.Device.Log.WhenAsync("WARN WRITE tag=plc.a outcome=refused");
        Assert.Single(bench.Device.Log.All, IsWrite);
        Assert.Equal(50, bench.AuditEntries().Length);
        bench.Device.Time.Advance(61 * s_second);
        await bench.WriteAsync(value);
        await bench.Device.Log.WhenAsync("WARN WRITE tag=plc.a outcome=refused suppressed=49");
        Assert.Empty(bench.Driver.Written);
    }

    [Fact]
    public async Task Reasons_that_differ_in_digits_are_one_kind_and_another_kind_has_a_line_of_its_own()
    {
        await using var bench = new WriteFixture(t => t with { Write = new WriteOptions { Range = [0, 100] } });
        bench.Device.Start();
        await bench.Device.NextAsync();
        for (var i = 0; i < 20; i++)
        {
            await bench.WriteAsync(100.5 + i);
            await bench.WriteAsync(i);
        }

        await bench.Device.Log.WhenAsync("INFO WRITE tag=plc.a value=0");
        Assert.Equal(2, bench.Device.Log.All.Count(IsWrite));
        Assert.Equal(40, bench.AuditEntries().Length);
    }

    [Theory]
    [InlineData(true, 7, WriteOutcome.Written, "the echo has another address; read back")]
    [InlineData(true, 6, WriteOutcome.Differs, "the echo has another address; the device holds 6 after 7 was written")]
    [InlineData(true, null, WriteOutcome.Unknown, "the echo has another address; could not be read back: BAD_ADDRESS gone")]
    [InlineData(false, 7, WriteOutcome.Written, "the echo has another address; read back")]
    [InlineData(false, 6, WriteOutcome.Differs, "the echo has another address; the device holds 6 after 7 was written")]
    [InlineData(false, null, WriteOutcome.Unknown, "the echo has another address; could not be read back: BAD_ADDRESS gone")]
    public async Task A_reply_that_does_not_match_is_followed_by_a_look_at_the_tag(bool readBack, int? held, object outcome, string reason)
    {
        await using var bench = new WriteFixture(t => t with { Write = new WriteOptions { ReadBack = readBack } });
        bench.Device.Start(d =>
        {
            d.OnWrite = (_, _) => throw new IOException("the echo has another address");
            d.OnRead = (_, into, _) =>
            {
                if (held is { } value) into.Good(0, value);
                else into.Bad(0, Quality.BadAddress, "gone");
                return default;
            };
        });
        await bench.Device.NextAsync();
        for (var i = 0; i < 5; i++) Assert.Equal(new WriteResult((WriteOutcome)outcome, reason), await bench.WriteAsync(7));
        await bench.Device.AdvanceAsync(s_second);
        Assert.Equal((null, 1), ((await bench.Device.NextAsync()).Header.Failure, bench.Driver.Connects));
    }

    [Fact]
    public async Task A_secret_that_the_device_repeats_is_masked_in_the_outcome_and_in_the_audit_log()
    {
        const string Secret = "kX7-press-hall-Wq2";
        SecretMask.Add(Secret);
        await using var bench = new WriteFixture();
        var refusals = new Queue<Exception>(
            [new RefusedException($"user edge, password {Secret}: denied"), new IOException($"a reply of nonsense: {Secret}")]);
        bench.Device.Start(d =>
        {
            d.OnWrite = (_, _) => throw refusals.Dequeue();
            d.OnRead = (_, into, _) =>
            {
                into.Bad(0, Quality.BadDevice, $"login {Secret} refused");
                return default;
            };
        });
        await bench.Device.NextAsync();
        Assert.Equal(new WriteResult(WriteOutcome.Refused, "user edge, password ***: denied"), await bench.WriteAsync(1));
        Assert.Equal(
            new WriteResult(WriteOutcome.Unknown, "a reply of nonsense: ***; could not be read back: BAD_DEVICE login *** refused"),
            await bench.WriteAsync(1));
        Assert.DoesNotContain(Secret, File.ReadAllText(bench.AuditFile), StringComparison.Ordinal);
        Assert.DoesNotContain(bench.Device.Log.All, line => line.Contains(Secret, StringComparison.Ordinal));
        Assert.All(
            bench.AuditEntries(), entry => Assert.Contains("***", entry.GetProperty("reason").GetString(), StringComparison.Ordinal));
    }

    private static bool IsWrite(string line) => line.Contains(" WRITE ", StringComparison.Ordinal);

    private static ValueTask RefuseFractions(Value value, CancellationToken cancel) => LosslessConversion.HasFraction(value)
        ? throw new RefusedException($"{value} does not fit INT") { NeedsWholeNumber = true }
        : default;
}
