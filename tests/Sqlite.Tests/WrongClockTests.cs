using System.Globalization;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Retention while the wall clock is wrong and is then set right.</summary>
public sealed class WrongClockTests : SqliteTestBase
{
    private static readonly DateTime s_1970 = DateTime.UnixEpoch;
    private static readonly DateTime s_2039 = new(2039, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private long _number;

    [Theory]
    [InlineData(1970, 7)]
    [InlineData(2039, 7)]
    [InlineData(2039, 3000)]
    public async Task A_clock_that_is_wrong_for_a_while_deletes_nothing(int year, int seconds)
    {
        await using var sink = await ConnectAsync(Keep(30));
        for (var i = 0; i < 10; i++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, "young");
        await SetAsync(year == 1970 ? s_1970 : s_2039, async () =>
        {
            for (var i = 0; i < 7; i++, Clock.Advance(TimeSpan.FromSeconds(seconds / 7.0))) await WriteAsync(sink, "wrong");
        });
        await WriteAsync(sink, "young");
        Assert.Equal((11, 7), (CountOf("young"), CountOf("wrong")));
    }

    [Fact]
    public async Task What_is_old_goes_with_rows_of_the_wrong_time_in_between()
    {
        await using var sink = await ConnectAsync(Keep(30));
        await WriteAsync(sink, "old", rows: 300);
        await SetAsync(s_2039, () => WriteAsync(sink, "wrong", rows: 1500));
        await WriteAsync(sink, "old", rows: 300);
        await SetAsync(s_1970, () => WriteAsync(sink, "wrong", rows: 1500));
        await WriteAsync(sink, "old", rows: 300);
        Clock.Advance(TimeSpan.FromDays(20));
        await WriteAsync(sink, "young", rows: 20);
        Assert.Equal((900, 3000, 20), (CountOf("old"), CountOf("wrong"), CountOf("young")));

        Clock.Advance(TimeSpan.FromDays(10) + TimeSpan.FromHours(2));
        for (var i = 0; i < 12; i++) await WriteAsync(sink, "young");
        Assert.Equal((0, 0, 32), (CountOf("old"), CountOf("wrong"), CountOf("young")));
    }

    [Fact]
    public async Task Old_rows_behind_many_of_the_future_go_by_their_own_time()
    {
        await using var sink = await ConnectAsync(Keep(30));
        await WriteAsync(sink, "future", time: s_2039, rows: 3000);
        await WriteAsync(sink, "ancient", time: s_1970, rows: 3000);
        await WriteAsync(sink, "old", time: Batches.Start.AddDays(-40), rows: 100);
        for (var i = 0; i < 20; i++) await WriteAsync(sink, "young");
        Assert.Equal((3000, 3000, 0, 20), (CountOf("future"), CountOf("ancient"), CountOf("old"), CountOf("young")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_start_with_a_wrong_clock_deletes_nothing(bool isOfEarlierVersion)
    {
        await using (var sink = await ConnectAsync(Keep(30))) await WriteAsync(sink, "young", rows: 100);
        if (isOfEarlierVersion) SecondConnection.Query(FilePath, "DROP TABLE plant_retention");
        await SetAsync(s_2039, async () =>
        {
            await using var sink = await ConnectAsync(Keep(30));
            for (var i = 0; i < 50; i++, Clock.Advance(TimeSpan.FromMinutes(1))) await WriteAsync(sink, "wrong");
        });
        await using (var sink = await ConnectAsync(Keep(30))) await WriteAsync(sink, "young");
        Assert.Equal((101, 50), (CountOf("young"), CountOf("wrong")));
    }

    [Fact]
    public async Task After_a_month_without_power_old_rows_go_when_the_clock_has_settled()
    {
        await using (var sink = await ConnectAsync(Keep(30))) await WriteAsync(sink, "old", rows: 100);
        Clock.StepWallClock(TimeSpan.FromDays(31));
        await using var again = await ConnectAsync(Keep(30));
        await WriteAsync(again, "young");
        Assert.Equal(100, CountOf("old"));
        Clock.Advance(TimeSpan.FromHours(1));
        await WriteAsync(again, "young");
        Assert.Equal((0, 2), (CountOf("old"), CountOf("young")));
    }

    [Fact]
    public async Task A_table_that_another_program_empties_or_renumbers_keeps_its_young_rows()
    {
        await using var sink = await ConnectAsync(Keep(30));
        for (var i = 0; i < 20; i++, Clock.Advance(TimeSpan.FromDays(2))) await WriteAsync(sink, "old", rows: 10);
        SecondConnection.Query(FilePath, "DELETE FROM samples");
        for (var i = 0; i < 3; i++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, "young", rows: 10);
        SecondConnection.Query(FilePath, "DELETE FROM samples WHERE rowid <= 10");
        SecondConnection.Query(FilePath, "VACUUM");
        await WriteAsync(sink, "young", rows: 10);
        Assert.Equal(30, CountOf("young"));
    }

    private static SqliteOptions Keep(int days) => new() { Path = "plant.db", Keep = TimeSpan.FromDays(days) };

    private async Task SetAsync(DateTime wall, Func<Task> work)
    {
        var by = wall - Clock.GetUtcNow().UtcDateTime;
        Clock.StepWallClock(by);
        await work();
        Clock.StepWallClock(-by);
    }

    private async Task WriteAsync(ISink sink, string tag, DateTime? time = null, int rows = 1)
    {
        var batch = Batches.Empty(++_number);
        for (var i = 0; i < rows; i++) batch.AddScan(time ?? Clock.GetUtcNow().UtcDateTime, (tag, i, Quality.Good));
        await sink.WriteAsync(batch, default);
    }

    private int CountOf(string tag)
    {
        var count = SecondConnection.Query(FilePath, $"SELECT count(*) FROM samples WHERE tag = '{tag}'")[0][0];
        return int.Parse(count, CultureInfo.InvariantCulture);
    }
}
