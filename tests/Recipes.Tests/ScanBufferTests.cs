using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes.Tests;

public class ScanBufferTests
{
    private static readonly DateTime s_first = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    private readonly ScanBuffer _buffer = new([.. Enumerable.Range(0, 70).Select(n => new Tag(n, $"t{n}", "device"))]);

    [Fact]
    public void A_tag_that_is_not_set_is_bad_without_a_value_at_the_time_of_each_scan()
    {
        foreach (var time in (DateTime[])[s_first, s_first.AddSeconds(1)])
        {
            _buffer.Reset(time);
            _buffer.Good(3, 7);
            Assert.All(Enumerable.Range(0, _buffer.Count), n =>
            {
                var expected = n == 3 ? (Quality.Good, (Value)7, time) : (Quality.BadComm, Value.Null, time);
                Assert.Equal(expected, (_buffer.Samples[n].Quality, _buffer.Samples[n].Value, _buffer.Samples[n].Time));
                Assert.Equal(n == 3, _buffer.IsSet(n));
            });
        }
    }

    [Fact]
    public void Tags_are_set_before_and_after_the_samples_were_looked_at()
    {
        _buffer.Reset(s_first);
        _buffer.Good(0, 1);
        Assert.Equal(Quality.BadComm, _buffer.Samples[69].Quality);
        _buffer.Good(69, 2, s_first.AddSeconds(-5));
        _buffer.Bad(1, Quality.BadAddress, "no such register");
        _buffer.NotRead(2, "no time");

        Assert.Equal(1, _buffer.Samples[0].Value.Int);
        Assert.Equal((2, s_first.AddSeconds(-5)), (_buffer.Samples[69].Value.Int, _buffer.Samples[69].Time));
        Assert.Equal((Quality.BadAddress, "no such register"), (_buffer.Samples[1].Quality, _buffer.Reason(1)));
        Assert.True(_buffer.IsNotRead(2));
        Assert.Equal((true, true, true, false), (_buffer.IsSet(0), _buffer.IsSet(1), _buffer.IsSet(2), _buffer.IsSet(3)));
    }

    [Fact]
    public void A_scan_keeps_nothing_of_the_one_before_it()
    {
        _buffer.Reset(s_first);
        for (var n = 0; n < _buffer.Count; n++) _buffer.Good(n, n, s_first.AddHours(-1));
        _buffer.Bad(4, Quality.BadDevice, "failure");
        _buffer.NotRead(5, "no time");
        _buffer.SetTime(s_first.AddHours(-2));
        _buffer.Reset(s_first.AddSeconds(1));
        _buffer.Good(4, 4);

        Assert.Null(_buffer.SourceTime);
        Assert.Equal((null, null, false), (_buffer.Reason(4), _buffer.Reason(5), _buffer.IsNotRead(5)));
        Assert.All(_buffer.Samples.ToArray(), sample => Assert.Equal(s_first.AddSeconds(1), sample.Time));
        Assert.Equal(4, Assert.Single(_buffer.Samples.ToArray(), sample => sample.Quality == Quality.Good).Value.Int);
    }

    [Fact]
    public void A_run_of_tags_is_set_like_each_of_them()
    {
        _buffer.Reset(s_first);
        _buffer.Bad(11, Quality.BadDevice, "failure");
        var run = _buffer.GoodRun(10, 3);
        for (var n = 0; n < run.Length; n++) run[n].Value = 100 + n;

        Assert.Equal(
            [(10, 100L, s_first), (11, 101L, s_first), (12, 102L, s_first)],
            _buffer.Samples.ToArray().Where(sample => sample.Quality == Quality.Good).Select(s => (s.Tag.Index, s.Value.Int, s.Time)));
        Assert.Equal((null, true, false), (_buffer.Reason(11), _buffer.IsSet(12), _buffer.IsSet(13)));
        Assert.Throws<ArgumentOutOfRangeException>(() => _buffer.GoodRun(69, 2));
    }
}
