using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;

namespace PlantRuntime.Engine.Tests.Devices;

/// <summary>Tags that a driver had no time for, and tags whose value means that there is none.</summary>
public class TagAgeTests
{
    private static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_tag_that_is_not_read_is_stale_then_bad_and_its_old_value_is_never_good()
    {
        await using var bench = new DeviceFixture(m => m with { Timeout = s_second });
        bench.Start(d => d.OnRead = (read, into, _) =>
        {
            into.Good(0, read);
            if (read is 1 or 7) into.Good(1, read);
            else into.NotRead(1, "no answer in time");
            return default;
        });
        var seen = new List<(Quality, string, DateTime)>();
        for (var scan = 1; scan <= 7; scan++)
        {
            var sample = (await bench.NextAsync()).Samples[1];
            seen.Add((sample.Quality, sample.Value.ToString(), sample.Time));
            if (scan == 6) Assert.Equal([TimeSpan.Zero, 5 * s_second], bench.Runner.Status.Ages(bench.Time));
            if (scan < 7) await bench.AdvanceAsync(s_second);
        }

        var first = seen[0].Item3;
        Assert.Equal((Quality.Good, "1", first), seen[0]);
        Assert.All(seen[1..4], sample => Assert.Equal((Quality.Stale, "1", first), sample));
        Assert.All(seen[4..6], sample => Assert.Equal((Quality.BadComm, Value.Null.ToString()), (sample.Item1, sample.Item2)));
        Assert.Equal((Quality.Good, "7", first + (6 * s_second)), seen[6]);
        await bench.Log.WhenAsync("GOOD tag=plc.b");
        var lines = bench.Log.All.Where(line => line.Contains("tag=plc.b", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains("BAD tag=plc.b quality=BAD_COMM reason=\"no answer in time\"", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ok_counts_the_tags_that_were_read_and_is_not_said_if_there_was_time_for_none()
    {
        await using var bench = new DeviceFixture();
        bench.Start(d => d.OnRead = (read, into, _) =>
        {
            for (var i = 0; i < 2; i++)
            {
                if (i < 3 - read) into.Good(i, read);
                else into.NotRead(i, "no answer in time");
            }

            return default;
        });
        for (var scan = 1; scan <= 4; scan++)
        {
            await bench.NextAsync();
            await bench.AdvanceAsync(s_second);
        }

        await bench.NextAsync();
        bench.PlantLog.Info("MARK all lines before this one are written");
        await bench.Log.WhenAsync("MARK");
        var lines = bench.Log.All.Where(line => line.Contains(" OK plant=1 device=plc", StringComparison.Ordinal)).ToArray();
        Assert.Equal(2, lines.Length);
        Assert.Contains(" tags=2 sample=", lines[0], StringComparison.Ordinal);
        Assert.Contains(" tags=1 of=2 sample=", lines[1], StringComparison.Ordinal);
    }

    public static TheoryData<string, string> Patterns => new()
    {
        { "8000 0000", "i:-2147483648" }, { "0x80000000", "i:2147483648" }, { "8000", "i:-32768" }, { "FFFF", "i:65535" },
        { "FFFF FFFF FFFF FFFF", "u:18446744073709551615" }, { "FFFFFFFFFFFFFFFF", "i:-1" }, { "7FC00000", "f:NaN" }, { "7FFF", "i:32767" },
    };

    [Theory]
    [MemberData(nameof(Patterns))]
    public async Task A_value_that_means_not_available_is_bad_with_that_reason(string pattern, string text)
    {
        Value value = text[0] switch
        {
            'i' => Value.Of(long.Parse(text[2..], System.Globalization.CultureInfo.InvariantCulture)),
            'u' => Value.Of(ulong.Parse(text[2..], System.Globalization.CultureInfo.InvariantCulture)),
            _ => Value.Of(BitConverter.UInt32BitsToSingle(0x7FC00000)),
        };
        await using var bench = new DeviceFixture(m => m with
        {
            Tags = [SiteParts.Tag("a") with { NotAvailable = pattern, Scale = 0.1 }, SiteParts.Tag("b") with { NotAvailable = pattern }],
        });
        bench.Start(d => d.OnRead = (_, into, _) =>
        {
            into.Good(0, value);
            into.Good(1, 5);
            return default;
        });
        var samples = (await bench.NextAsync()).Samples;
        Assert.Equal((Quality.BadDevice, Value.Null), (samples[0].Quality, samples[0].Value));
        Assert.Equal((Quality.Good, 5), (samples[1].Quality, samples[1].Value.Int));
        await bench.Log.WhenAsync($"reason=\"not available: the device holds {pattern}\"");
    }

    [Theory]
    [InlineData("")]
    [InlineData("8")]
    [InlineData("80000000800000008")]
    [InlineData("not hex!")]
    public void A_pattern_that_is_none_is_an_error(string pattern) =>
        Assert.Contains((SiteParts.Tag("a") with { NotAvailable = pattern }).Validate(), problem => problem.Key == "not_available");
}
