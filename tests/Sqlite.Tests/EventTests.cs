using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>An event is one row, from its start on, whatever happens between start and end.</summary>
public sealed class EventTests : SqliteTestBase
{
    private const string AllRows = "SELECT tag, start_time, end_time, duration FROM events ORDER BY rowid";

    [Fact]
    public async Task The_row_is_there_while_the_event_is_open_and_is_completed_when_it_ends()
    {
        await using (var sink = await ConnectAsync())
        {
            await WriteAsync(sink, Event("s-1", null, 0, null));
            Assert.Equal([["valve_1", "2026-11-21T08:00:00.000Z", "", ""]], Rows());
        }

        await using var again = await ConnectAsync();
        await WriteAsync(again, Event("s-1", null, 0, 90));
        Assert.Equal([["valve_1", "2026-11-21T08:00:00.000Z", "2026-11-21T08:01:30.000Z", "90"]], Rows());
        Assert.Equal([["s-1", "s", "", "press-hall", "lagoon"]],
            SecondConnection.Query(FilePath, "SELECT id, series, previous, site, device FROM events"));
        Assert.Empty(SecondConnection.Query(FilePath, "SELECT * FROM records"));
    }

    [Fact]
    public async Task Start_and_end_in_one_batch_and_an_end_without_start_are_one_row_each()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("s-1", null, 0, null), Event("s-1", null, 0, 5), Event("s-3", "s-2", 20, 25));
        await WriteAsync(sink, Event("s-1", null, 0, null), Event("s-1", null, 0, 7));
        Assert.Equal(["5", "5"], Rows().Select(r => r[3]));
    }

    [Fact]
    public async Task A_start_that_the_host_forgot_when_it_was_killed_is_the_same_event()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("s-1", "s-0", 0, null));
        await WriteAsync(sink, Event("s-2", "s-0", 8, null));
        Assert.Equal([["valve_1", "2026-11-21T08:00:00.000Z", "", ""]], Rows());
        await WriteAsync(sink, Event("s-2", "s-0", 8, 60));
        Assert.Equal([["valve_1", "2026-11-21T08:00:00.000Z", "2026-11-21T08:01:00.000Z", "60"]], Rows());
    }

    [Fact]
    public async Task An_end_and_a_start_that_the_host_forgot_when_it_was_killed_leave_nothing_open()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("s-1", null, 0, null), Event("s-1", null, 0, 10), Event("s-2", "s-1", 15, null));
        await WriteAsync(sink, Event("s-1", null, 0, 60));
        Assert.Equal([["0", "10"], ["15", "45"]],
            Rows().Select(r => new[] { $"{(DateTime.Parse(r[1]).ToUniversalTime() - EventStart).TotalSeconds}", r[3] }));

        // It ended and began again in the time that was forgotten.
        await WriteAsync(sink, Event("s-3", "s-1", 70, null), Event("s-3", "s-1", 70, 71), Event("s-4", "s-1", 80, null));
        Assert.Equal(["10", "45", "1", ""], Rows().Select(r => r[3]));
    }

    [Fact]
    public async Task An_event_whose_end_was_lost_ends_with_the_next_start_and_has_no_duration()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("s-1", null, 0, null), Event("s-2", "s-1", 3600, null));
        Assert.Equal([["valve_1", "2026-11-21T08:00:00.000Z", "2026-11-21T09:00:00.000Z", ""],
            ["valve_1", "2026-11-21T09:00:00.000Z", "", ""]], Rows());
    }

    [Fact]
    public async Task Records_that_are_delivered_late_change_nothing_that_came_after_them()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("s-2", "s-1", 100, null));
        await WriteAsync(sink, Event("s-1", null, 0, null), Event("s-1", null, 0, 50));
        Assert.Equal(["", "50"], Rows().Select(r => r[3]));
        await WriteAsync(sink, Event("s-2", "s-1", 100, 110));
        Assert.Equal(["10", "50"], Rows().Select(r => r[3]));
    }

    [Fact]
    public async Task Tags_and_operators_have_open_events_of_their_own()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("a-1", null, 0, null), Event("b-1", null, 1, null, "valve_2"));
        await WriteAsync(sink, Event("b-1", null, 1, 3, "valve_2"));
        Assert.Equal([["valve_1", ""], ["valve_2", "2"]], Rows().Select(r => new[] { r[0], r[3] }));
    }

    [Fact]
    public async Task A_payload_that_is_no_event_is_a_record()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, """{"event_id":"","start":"2026-11-21T08:00:00Z"}""", """{"event_id":"x","start":"soon"}""",
            """{"event_id":7}""", """{"device":"lagoon","event_id":"x","start":"2026-11-21T08:00:00Z"}""");
        Assert.Equal("4", SecondConnection.Query(FilePath, "SELECT count(*) FROM records")[0][0]);
        Assert.Empty(SecondConnection.Query(FilePath, "SELECT * FROM sqlite_master WHERE name = 'events'"));
    }

    [Fact]
    public async Task Another_table_of_that_name_is_left_alone_until_an_event_comes()
    {
        SecondConnection.Query(FilePath, "CREATE TABLE events (what TEXT)");
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, """{"a":1}""");
        Assert.Empty((await ((IEventStore)sink).ReadEventsAsync(new EventQuery(), default)).Events);
        var error = await Assert.ThrowsAsync<IOException>(() => WriteAsync(sink, """{"a":2}""", Event("s-1", null, 0, null)));
        Assert.Contains("table \"events\" of", error.Message, StringComparison.Ordinal);
        Assert.Contains("has no column \"id\"", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", SecondConnection.Query(FilePath, "SELECT count(*) FROM records")[0][0]);
    }

    [Fact]
    public async Task Old_events_go_by_their_end_and_open_ones_stay()
    {
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Keep = TimeSpan.FromDays(30) });
        await WriteAsync(sink, Event("open-1", null, 0, null), Event("long-1", null, 0, null), Event("short-1", null, 0, 1));
        for (var day = 0; day < 29; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, """{"a":1}""");
        await WriteAsync(sink, Event("long-1", null, 0, 29 * 86400));
        for (var day = 0; day < 5; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, """{"a":1}""");
        Assert.Equal(["open-1", "long-1"], Ids());
        for (var day = 0; day < 30; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, """{"a":1}""");
        Assert.Equal(["open-1"], Ids());

        List<string> Ids() => [.. SecondConnection.Query(FilePath, "SELECT id FROM events ORDER BY rowid").Select(r => r[0])];
    }

    [Fact]
    public async Task Events_of_a_wrong_clock_go_by_their_age()
    {
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Keep = TimeSpan.FromDays(30) });
        var future = (int)TimeSpan.FromDays(4000).TotalSeconds;
        var past = -(int)TimeSpan.FromDays(12000).TotalSeconds;
        await WriteAsync(sink, Event("a-1", null, future, future + 1), Event("b-1", null, past, past + 1));
        for (var day = 0; day < 28; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, """{"a":1}""");
        Assert.Equal(2, Rows().Count);
        for (var day = 0; day < 5; day++, Clock.Advance(TimeSpan.FromDays(1))) await WriteAsync(sink, """{"a":1}""");
        Assert.Empty(Rows());
    }

    private List<string[]> Rows() => SecondConnection.Query(FilePath, AllRows);
}
