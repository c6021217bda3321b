using PlantRuntime.Contracts;

namespace PlantRuntime.Sqlite.Tests;

/// <summary>Pages of events: open ones first, newest first, while the sink writes.</summary>
public sealed class EventReaderTests : SqliteTestBase
{
    [Fact]
    public async Task Open_events_come_first_and_pages_hold_each_event_once()
    {
        await using var sink = await ConnectAsync();
        for (var i = 0; i < 25; i++) await WriteAsync(sink, Event($"s{i}-1", null, i % 20, i % 4 == 0 ? null : 100 + i, $"valve_{i}"));

        var all = await ReadAsync(sink, new EventQuery { Limit = 1000 });
        Assert.Equal(7, all.TakeWhile(e => e.End is null).Count());
        Assert.All(all.Skip(7), e => Assert.NotNull(e.End));
        Assert.Equal(all.OrderBy(e => e.End is not null).ThenByDescending(e => e.Start).ThenByDescending(e => e.Id), all);
        Assert.Equal(25, all.Count);
        foreach (var limit in (int[])[1, 3, 7, 24, 25]) Assert.Equal(all, await ReadAllAsync(sink, new EventQuery { Limit = limit }));
        Assert.Equal(all.Take(1), await ReadAsync(sink, new EventQuery { Limit = 0 }));
    }

    [Fact]
    public async Task An_event_has_what_was_stored()
    {
        await using var sink = await ConnectAsync();
        var (start, end) = (Event("s-1", null, 0, null), Event("s-1", null, 0, 90));
        await WriteAsync(sink, start);
        Assert.Equal([new StoredEvent("s-1", "lagoon", "valve_1", EventStart, null, null, start)], await ReadAsync(sink, new EventQuery()));
        await WriteAsync(sink, end);
        Assert.Equal(
            [new StoredEvent("s-1", "lagoon", "valve_1", EventStart, EventStart.AddSeconds(90), TimeSpan.FromSeconds(90), end)],
            await ReadAsync(sink, new EventQuery()));
    }

    [Fact]
    public async Task A_time_range_is_that_of_the_starts_and_has_open_events_from_before()
    {
        await using var sink = await ConnectAsync();
        await WriteAsync(sink, Event("open-1", null, 0, null, "open"), Event("late-1", null, 500, null, "late"));
        for (var i = 0; i < 10; i++) await WriteAsync(sink, Event($"s-{i}", null, i * 10, (i * 10) + 5, $"v{i}"));
        var query = new EventQuery { From = EventStart.AddSeconds(30), To = EventStart.AddSeconds(60), Limit = 2 };
        Assert.Equal(["open", "v5", "v4", "v3"], (await ReadAllAsync(sink, query)).Select(e => e.Tag));
    }

    [Fact]
    public async Task Nothing_stored_and_other_sites_are_no_events()
    {
        await using (var sink = new Plugins.Sqlite.SqlitePlugin().Open(
            new Plugins.Sqlite.SqliteOptions { Path = "plant.db" },
            new PluginContext("store", "other", Folder.Path, Clock, new Conformance.CapturingPluginLog())))
        {
            Assert.Empty(await ReadAsync(sink, new EventQuery()));
            Assert.False(File.Exists(FilePath));
            await sink.ConnectAsync(default);
            Assert.Empty(await ReadAsync(sink, new EventQuery()));
            await WriteAsync(sink, Event("s-1", null, 0, null));
            Assert.Single(await ReadAsync(sink, new EventQuery()));
        }

        await using var mine = await ConnectAsync();
        Assert.Empty(await ReadAsync(mine, new EventQuery()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("o")]
    [InlineData("x2026~s-1")]
    public async Task A_position_that_is_none_is_refused(string position)
    {
        await using var sink = await ConnectAsync();
        var error = await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(sink, new EventQuery { After = position }));
        Assert.Contains("is no position in the events", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_threads_read_while_the_sink_writes()
    {
        await using var sink = await ConnectAsync(new Plugins.Sqlite.SqliteOptions { Path = "plant.db", Busy = TimeSpan.FromSeconds(8) });
        await WriteAsync(sink, Event("s-0", null, 0, null));
        using var end = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            var (pages, count) = (0, 1);
            do
            {
                var events = await ReadAllAsync(sink, new EventQuery { Limit = 1000 });
                Assert.InRange(events.Count, count, 101);

                // A batch that ends one event and starts the next is seen as a whole.
                Assert.Equal(1, events.Count(e => e.End is null));
                count = events.Count;
                pages++;
            }
            while (!end.IsCancellationRequested);

            return pages;
        })).ToArray();
        for (var i = 0; i < 100; i++)
            await WriteAsync(sink, Event($"s-{i}", i > 0 ? $"s-{i - 1}" : null, i, i + 1), Event($"s-{i + 1}", $"s-{i}", i + 1, null));
        await end.CancelAsync();
        Assert.All(await Task.WhenAll(readers), pages => Assert.InRange(pages, 1, int.MaxValue));
        Assert.Equal(101, (await ReadAllAsync(sink, new EventQuery { Limit = 7 })).Count);
    }

    private static async Task<IReadOnlyList<StoredEvent>> ReadAsync(ISink sink, EventQuery query) =>
        (await ((IEventStore)sink).ReadEventsAsync(query, default)).Events;

    private static async Task<IReadOnlyList<StoredEvent>> ReadAllAsync(ISink sink, EventQuery query)
    {
        var all = new List<StoredEvent>();
        string? next = null;
        do
        {
            var page = await ((IEventStore)sink).ReadEventsAsync(query with { After = next }, default);
            Assert.InRange(page.Events.Count, 0, query.Limit);
            all.AddRange(page.Events);
            next = page.Next;
        }
        while (next is not null);
        return all;
    }
}
