using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Supervision;
using PlantRuntime.Logging;

namespace PlantRuntime.Engine.Tests.Supervision;

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
        var rhythm = new FixedRateSchedule(10);
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
        var lateness = new LatencyHistogram();
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
        Assert.Equal([true, true, false, false], Enumerable.Range(0, 4).Select(_ => limit.TryAcquire(out var _)));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(limit.TryAcquire(out var held));
        Assert.Equal(2, held);
    }

    [Theory]
    [InlineData("the folder is deleted")]
    [InlineData("the file is moved")]
    [InlineData("the site is moved away and back")]
    public void A_log_file_that_is_gone_is_begun_anew_and_nothing_is_made_in_the_place_of_a_moved_site(string what)
    {
        using var folder = new TemporaryFolder();
        var (site, log) = (folder.Of("site"), folder.Of("site", "logs", "plant.log"));
        Directory.CreateDirectory(site);
        using var file = new RotatingFile(log, maxSize: 10_000, keep: 2);
        Write("before");
        if (what.StartsWith("the folder", StringComparison.Ordinal)) Directory.Delete(Path.GetDirectoryName(log)!, recursive: true);
        else if (what.StartsWith("the file", StringComparison.Ordinal)) File.Move(log, log + ".old");
        else
        {
            Directory.Move(site, folder.Of("away"));
            Write("away");
            Assert.False(Directory.Exists(site));
            Directory.Move(folder.Of("away"), site);
        }

        Write("after");
        Assert.Equal(what.EndsWith("back", StringComparison.Ordinal) ? "before\naway\nafter\n" : "after\n", File.ReadAllText(log));

        void Write(string line)
        {
            file.Write(LogLevel.Info, line);
            file.Flush();
        }
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

        Assert.Equal(["plant.1.log", "plant.2.log", "plant.log"], Directory.GetFiles(Path.Combine(folder, "logs")).Select(Path.GetFileName)
            .Order());
        Assert.EndsWith("line 19 of thirty characters..\n", File.ReadAllText(Path.Combine(folder, "logs", "plant.log")),
            StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(Path.Combine(folder, "logs")), f => Assert.InRange(new FileInfo(f).Length, 1, 100));
        Directory.Delete(folder, recursive: true);
    }
}
