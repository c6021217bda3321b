using System.Globalization;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

public sealed class RotationTests : JsonlTestBase
{
    [Fact]
    public async Task A_file_is_closed_before_it_grows_beyond_its_size()
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateSize = new ByteSize(2048) });
        for (var i = 0; i < 10; i++)
        {
            await sink.WriteAsync(Batches.Counting(i + 1, i * 10, 10), default);
            Clock.Advance(TimeSpan.FromSeconds(1));
        }

        var files = Files();
        Assert.True(files.Length > 3, string.Join(' ', files));
        Assert.Equal(Enumerable.Range(0, 100), files.SelectMany(f => Numbers(Folder.Of(f))));
        Assert.All(files, f => Assert.InRange(new FileInfo(Folder.Of(f)).Length, 1, 2048));
    }

    [Fact]
    public async Task A_batch_greater_than_the_size_stays_whole()
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateSize = new ByteSize(1024) });
        await sink.WriteAsync(Batches.Counting(1, 0, 100), default);

        Assert.Equal(["lines.jsonl"], Files());
    }

    [Fact]
    public async Task A_day_in_utc_has_its_file_named_after_it()
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateEvery = RotateEvery.Day });
        Clock.Advance(new DateTime(2026, 11, 21, 23, 59, 59, 900, DateTimeKind.Utc) - Batches.Start);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Clock.Advance(TimeSpan.FromMilliseconds(100));
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        await sink.WriteAsync(Batches.Counting(3, 2, 1), default);

        Assert.Equal(["lines.2026-11-21T23-59-59.900Z.jsonl", "lines.jsonl"], Files());
        Assert.Equal([1, 2], Numbers(FilePath));
    }

    [Theory]
    [InlineData("Europe/Madrid", "2026-03-28T23:00:00Z", 23, "2026-03-29T23-59-59.000+0200")]
    [InlineData("Europe/Madrid", "2026-10-24T22:00:00Z", 25, "2026-10-25T23-59-59.000+0100")]
    [InlineData("America/Santiago", "2026-11-21T03:00:00Z", 24, "2026-11-21T23-59-59.000-0300")]
    [InlineData("Europe/London", "2026-11-21T00:00:00Z", 24, "2026-11-21T23-59-59.000+0000")]
    public async Task A_day_of_the_sites_zone_has_its_file_named_after_it(string zone, string midnight, int hours, string name)
    {
        var options = new JsonlOptions { Path = "lines.jsonl", RotateEvery = RotateEvery.Day };
        var start = DateTimeOffset.Parse(midnight, CultureInfo.InvariantCulture);
        Clock.StepWallClock(start - Clock.GetUtcNow());
        await using var sink = await ConnectAsync(options, zone);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Clock.Advance(TimeSpan.FromHours(1));
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Clock.Advance(start.AddHours(hours).AddSeconds(-1) - Clock.GetUtcNow());
        await sink.WriteAsync(Batches.Counting(3, 2, 1), default);
        Assert.Equal(["lines.jsonl"], Files());
        Clock.Advance(TimeSpan.FromSeconds(1));
        await sink.WriteAsync(Batches.Counting(4, 3, 1), default);

        Assert.Equal([$"lines.{name}.jsonl", "lines.jsonl"], Files());
        Assert.Equal([3], Numbers(FilePath));
    }

    [Fact]
    public async Task Files_that_were_closed_in_another_zone_are_counted_by_time()
    {
        var options = new JsonlOptions { Path = "lines.jsonl", RotateSize = new ByteSize(1024), Keep = 2 };
        string[] zones = ["America/Santiago", "UTC", "Asia/Tokyo"];
        for (var i = 0; i < 4; i++, Clock.Advance(TimeSpan.FromSeconds(1)))
        {
            await using var sink = await ConnectAsync(options, zones[i % 3]);
            await sink.WriteAsync(Batches.Counting(i + 1, i * 100, 100), default);
        }

        string[] files = [.. Files().OrderBy(f => Numbers(Folder.Of(f))[0])];
        Assert.Equal(Enumerable.Range(100, 300), files.SelectMany(f => Numbers(Folder.Of(f))));
        Assert.Contains(files, f => f.EndsWith("Z.jsonl", StringComparison.Ordinal) || f.Contains("+0900", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_of_yesterday_is_closed_after_a_restart()
    {
        var options = new JsonlOptions { Path = "lines.jsonl", RotateEvery = RotateEvery.Day };
        await using (var sink = await ConnectAsync(options)) await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        File.SetLastWriteTimeUtc(FilePath, Batches.Start.AddDays(-1));
        await using (var sink = await ConnectAsync(options)) await sink.WriteAsync(Batches.Counting(2, 1, 1), default);

        Assert.Equal(["lines.2026-11-20T08-00-00.123Z.jsonl", "lines.jsonl"], Files());
    }

    [Fact]
    public async Task A_clock_that_stands_or_goes_back_overwrites_nothing_and_names_still_sort()
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateSize = new ByteSize(1024) });
        for (var i = 0; i < 5; i++)
        {
            if (i == 3) Clock.StepWallClock(TimeSpan.FromHours(-1));
            await sink.WriteAsync(Batches.Counting(i + 1, i * 100, 100), default);
        }

        Assert.Equal(5, Files().Length);
        Assert.Equal(Enumerable.Range(0, 500), Files().SelectMany(f => Numbers(Folder.Of(f))));
    }

    [Fact]
    public async Task Only_the_newest_closed_files_are_kept_and_foreign_ones_are_left_alone()
    {
        string[] foreign = ["lines.2026.jsonl", "lines.old.jsonl", "lines..jsonl", "other.2026-11-20T08-00-00.123Z.jsonl"];
        foreach (var name in foreign) await File.WriteAllTextAsync(Folder.Of(name), "mine\n");
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateSize = new ByteSize(1024), Keep = 2 });
        for (var i = 0; i < 6; i++) await sink.WriteAsync(Batches.Counting(i + 1, i * 100, 100), default);

        var own = Files().Except(foreign).ToArray();
        Assert.Equal(3, own.Length);
        Assert.Equal(Enumerable.Range(300, 300), own.SelectMany(f => Numbers(Folder.Of(f))));
        Assert.All(foreign, name => Assert.True(File.Exists(Folder.Of(name)), $"{name} was taken away"));
    }

    [Theory]
    [InlineData(1970)]
    [InlineData(2039)]
    public async Task A_clock_that_is_wrong_for_a_while_begins_no_file_and_deletes_none(int year)
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl", RotateEvery = RotateEvery.Day, Keep = 2 });
        var by = new DateTime(year, 1, 1, 0, 0, 0, DateTimeKind.Utc) - Batches.Start;
        var number = 0;
        for (var day = 0; day < 3; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync();
        var before = Files();
        for (var i = 0; i < 5; i++)
        {
            Clock.StepWallClock(by);
            for (var n = 0; n < 7; n++, Clock.Advance(TimeSpan.FromSeconds(1))) await WriteAsync();
            Clock.StepWallClock(-by);
            await WriteAsync();
        }

        // The first batch of the fourth day closed the file of the third; nothing else did.
        var closed = before.Where(f => f != "lines.jsonl").Append("lines.2026-11-23T08-00-00.123Z.jsonl").TakeLast(2);
        Assert.Equal([.. closed, "lines.jsonl"], Files());

        async Task WriteAsync() => await sink.WriteAsync(Batches.Counting(number + 1, number++, 1), default);
    }

    [Fact]
    public async Task A_start_with_a_wrong_clock_begins_no_file_before_it_has_settled()
    {
        var options = new JsonlOptions { Path = "lines.jsonl", RotateEvery = RotateEvery.Day };
        await using (var sink = await ConnectAsync(options)) await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        File.SetLastWriteTimeUtc(FilePath, Batches.Start);
        Clock.StepWallClock(TimeSpan.FromDays(5000));
        await using var again = await ConnectAsync(options);
        await again.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.Equal(["lines.jsonl"], Files());
        Clock.Advance(TimeSpan.FromDays(1));
        await again.WriteAsync(Batches.Counting(3, 2, 1), default);
        Assert.Equal(2, Files().Length);
    }
}
