using PlantRuntime.Conformance.Time;
using PlantRuntime.Host.Devices;
using PlantRuntime.Host.Status;
using PlantRuntime.Host.Time;

namespace PlantRuntime.Host.Tests.Time;

public class TimeTests
{
    [Fact]
    public void Backoff_doubles_up_to_its_end_and_starts_over()
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(60));
        Assert.Equal([5, 10, 20, 40, 60, 60], Enumerable.Range(0, 6).Select(_ => backoff.Next().TotalSeconds));
        backoff.Reset();
        Assert.Equal(5, backoff.Next().TotalSeconds);
    }

    [Theory]
    [InlineData(new long[] { 5, 12, 25 }, new long[] { 10, 20, 30 }, 0)] // in time, or late by no more than half a period
    [InlineData(new long[] { 5, 36 }, new long[] { 10, 40 }, 2)] // the beats of 20 and 30 are left out
    [InlineData(new long[] { 1_000_000 }, new long[] { 1_000_010 }, 100_000)]
    public void Rhythm_keeps_its_grid(long[] ends, long[] dues, long skipped)
    {
        var rhythm = new Rhythm(10);
        rhythm.Start(0);
        foreach (var (end, due) in ends.Zip(dues))
        {
            rhythm.Advance(end);
            Assert.Equal(due, rhythm.Due);
        }

        Assert.Equal(skipped, rhythm.Skipped);
        Assert.Equal(ends.Length + skipped, rhythm.Number);
    }

    [Fact]
    public void Lateness_tells_percentiles_from_above()
    {
        var lateness = new Lateness();
        for (var i = 0; i < 99; i++) lateness.Add(TimeSpan.FromMilliseconds(1));
        lateness.Add(TimeSpan.FromMilliseconds(40));
        Assert.InRange(lateness.Percentile(0.5).TotalMilliseconds, 1, 1.5);
        Assert.InRange(lateness.Percentile(1).TotalMilliseconds, 40, 60);
    }

    [Fact]
    public void A_log_limit_lets_some_through_and_counts_the_rest()
    {
        var time = new ManualTimeProvider();
        var limit = new LogLimit(time, TimeSpan.FromSeconds(1), burst: 2);
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limit.May(out var _)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.May(out var held));
        Assert.Equal(2, held);
    }

    [Fact]
    public void The_log_file_rotates_and_keeps_so_many()
    {
        var folder = Directory.CreateTempSubdirectory("plant-log-").FullName;
        using (var file = new RotatingFile(Path.Combine(folder, "logs", "plant.log"), maxSize: 100, keep: 2))
        {
            for (var i = 0; i < 20; i++) file.Write(LogLevel.Info, $"line {i} of thirty characters..");
            file.Flush();
        }

        Assert.Equal(["plant.1.log", "plant.2.log", "plant.log"], Directory.GetFiles(Path.Combine(folder, "logs")).Select(Path.GetFileName).Order());
        Assert.EndsWith("line 19 of thirty characters..\n", File.ReadAllText(Path.Combine(folder, "logs", "plant.log")), StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(folder, "logs")), f => Assert.InRange(new FileInfo(f).Length, 1, 100));
        Directory.Delete(folder, recursive: true);
    }
}
