using PlantRuntime.Conformance.Time;
using PlantRuntime.Web.Live;

namespace PlantRuntime.Web.Tests.Live;

/// <summary>The last hour of the tags in memory of a fixed size.</summary>
public class TagHistoryTests
{
    private static readonly TimeSpan s_hour = TimeSpan.FromHours(1);
    private readonly ManualTimeProvider _time = new();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(388, 1)]
    [InlineData(389, 2)]
    [InlineData(10_000, 30)]
    [InlineData(100_000, 300)]
    [InlineData(1_000_000, 3600)]
    public void Buckets_are_as_short_as_the_memory_allows(int tags, int seconds)
    {
        Assert.Equal(seconds, TagHistory.ChooseLength(tags));
        var buckets = (3600 / seconds) + 1;
        if (seconds < 3600) Assert.InRange((long)tags * buckets * 12, 1, TagHistory.Budget);
    }

    [Fact]
    public void More_tags_than_the_memory_has_room_for_leave_out_the_last()
    {
        var history = Create([.. Enumerable.Range(0, 1_000_000).Select(i => $"t{i}")]);
        history.Add(new float[1_000_000]);
        Assert.NotNull(Find(history, "t0"));
        Assert.Null(Find(history, "t999999"));
    }

    [Fact]
    public void A_bucket_has_the_least_the_greatest_and_the_last_value()
    {
        var history = Create([.. Enumerable.Range(0, 500).Select(i => $"t{i}")]);
        Assert.Equal(2, history.BucketSeconds);
        foreach (var value in new float[] { 5, 9, 3, 4 })
        {
            var values = Enumerable.Repeat(float.NaN, 500).ToArray();
            values[7] = value;
            history.Add(values);
            _time.Advance(TimeSpan.FromSeconds(0.5));
        }

        Assert.Equal([new HistoryPoint(TimeSpan.FromSeconds(2), 3, 9, 4)], Find(history, "t7")!);
        Assert.Empty(Find(history, "t8")!);
        Assert.Null(Find(history, "other"));
    }

    [Fact]
    public void Points_older_than_an_hour_make_room_and_a_pause_leaves_a_gap()
    {
        var history = Create("a");
        Run(history, seconds: 4000, i => i);
        var points = Find(history, "a")!;
        Assert.Equal((3600, 3999f), (points.Count, points[^1].Last));
        Assert.Equal(TimeSpan.FromSeconds(1), points[^1].Age);

        _time.Advance(TimeSpan.FromMinutes(50));
        Run(history, seconds: 60, _ => -1);
        points = Find(history, "a")!;
        Assert.Equal((60, -1f), (points.Count(p => p.Last < 0), points[^1].Last));
        Assert.Equal(TimeSpan.FromSeconds(3061), points.Last(p => p.Last >= 0).Age);

        _time.Advance(TimeSpan.FromHours(30));
        Run(history, seconds: 2, _ => 7);
        Assert.Equal([7f, 7f], Find(history, "a")!.Select(p => p.Last));
    }

    [Fact]
    public void Only_the_points_that_were_asked_for_are_returned()
    {
        var history = Create("a");
        Run(history, seconds: 100, i => i);
        var points = history.Find("plc", "a", TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(25))!;
        Assert.Equal([70f, 71f, 72f, 73f, 74f, 75f], points.Select(p => p.Last));
    }

    [Fact]
    public void A_reload_keeps_the_points_of_tags_with_the_same_name()
    {
        var history = Create("a", "b");
        Run(history, seconds: 300, i => i);

        // So many tags that buckets get longer, then few again.
        history.Replace([.. Enumerable.Range(0, 1000).Select(i => ("plc", $"t{i}")), ("plc", "b")]);
        Assert.Equal(5, history.BucketSeconds);
        var points = Find(history, "b")!;
        Assert.Equal((60, 0f, 4f, 4f), (points.Count, points[0].Min, points[0].Max, points[0].Last));
        Assert.Null(Find(history, "a"));
        history.Replace([("plc", "b"), ("plc", "c")]);
        Run(history, seconds: 3, _ => 1000);
        points = Find(history, "b")!;
        Assert.Equal((63, 299f, 1000f), (points.Count, points[59].Last, points[^1].Last));
    }

    [Fact]
    public void A_step_of_the_wall_clock_leaves_the_ages_as_they_are()
    {
        var history = Create("a");
        Run(history, seconds: 10, i => i);
        _time.StepWallClock(TimeSpan.FromDays(-1));
        Assert.Equal(10, Find(history, "a")!.Count);
        Assert.Equal(TimeSpan.FromSeconds(10), Find(history, "a")![0].Age);
    }

    private TagHistory Create(params IReadOnlyList<string> tags)
    {
        var history = new TagHistory(_time);
        history.Replace([.. tags.Select(t => ("plc", t))]);
        return history;
    }

    private void Run(TagHistory history, int seconds, Func<int, float> value)
    {
        for (var i = 0; i < seconds; i++)
        {
            history.Add([value(i), value(i)]);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    private static IReadOnlyList<HistoryPoint>? Find(TagHistory history, string tag) => history.Find("plc", tag, s_hour, TimeSpan.Zero);
}
