using PlantRuntime.Conformance;
using PlantRuntime.Conformance.Time;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>Rows that were notified while there was no connection, read from their table.</summary>
[Trait("Needs", "Server")]
public sealed class CatchUpTests(PostgresFixture shared) : ListenerTestBase(shared)
{
    private string Address => $"{Channel} : valor";

    [SkippableFact]
    public async Task Rows_of_a_lost_connection_come_from_the_table_and_none_comes_twice()
    {
        CreateReadings();
        Insert(0, 100);
        await using var driver = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, Address);
        for (var i = 1; i <= 3; i++) Insert(i, i);
        Assert.Equal([Scan(1, 1), Scan(2, 2), Scan(3, 3)], await driver.TakeAsync(3));
        Terminate();
        await driver.ReadUntilLostAsync();

        // Some are older than the last that was seen, as of a transaction that took long.
        for (var i = 4; i <= 6; i++) Insert(i, i);
        Insert(2, 22);
        await driver.ReconnectAsync();
        Insert(7, 7);
        Assert.Equal([Scan(2, 22), Scan(4, 4), Scan(5, 5), Scan(6, 6), Scan(7, 7)], await driver.TakeAsync(5));
        Insert(8, 8);
        Assert.Equal(Scan(8, 8), await driver.NextAsync());
        Assert.Empty(driver.Log.Warnings);
        Assert.Matches("rows, [45] new$", driver.Log.Infos[^1]);
    }

    [SkippableFact]
    public async Task What_was_not_stored_comes_again_and_the_position_survives_a_restart()
    {
        CreateReadings();
        await using (var first = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, Address))
        {
            for (var i = 1; i <= 4; i++) Insert(i, i);
            await first.TakeAsync(2);
            Assert.Equal(Scan(3, 3), await first.NextAsync());
            await first.ConnectAsync();
            Assert.Equal(Scan(3, 3), await first.NextAsync());
            Assert.Equal(Scan(4, 4), await first.NextAsync());
        }

        Insert(5, 5);
        await using var second = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, Address);
        Assert.Equal([Scan(3, 3), Scan(4, 4), Scan(5, 5)], await second.TakeAsync(3));
    }

    [SkippableFact]
    public async Task After_a_kill_the_last_seconds_come_again_because_recipes_lost_them_too()
    {
        CreateReadings();
        var clock = new ManualTimeProvider(new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.Zero));
        await using (var first = new ListenerFixture(Listen(Readings), Folder, clock, null, Address))
        {
            await first.ConnectAsync();
            Insert(1, 1);
            await first.TakeAsync(1);
            clock.Advance(TimeSpan.FromSeconds(5));
            Insert(2, 2);
            await first.TakeAsync(1);
            clock.Advance(TimeSpan.FromSeconds(20));
            Insert(100, 3);
            await first.TakeAsync(1);
            await first.KillAsync();
        }

        await using var second = new ListenerFixture(Listen(Readings), Folder, clock, null, Address);
        await second.ConnectAsync();
        Insert(101, 4);

        // The first was stored for more than 15 s when the last time to save came.
        Assert.Equal([Scan(2, 2), Scan(100, 3), Scan(101, 4)], await second.TakeAsync(3));
    }

    [SkippableTheory]
    [InlineData(true, 1)]
    [InlineData(true, 7)]
    [InlineData(false, 1000)]
    public async Task A_table_is_read_from_its_beginning_in_pages_also_where_many_rows_have_one_time(bool hasTies, int page)
    {
        CreateReadings();
        Run($"INSERT INTO $schema.readings (canal, valor, tiempo_sensor) "
            + $"SELECT '{Channel}', i, {At(0)} + interval '1 s' * ({(hasTies ? "i / 10" : "i")}) FROM generate_series(0, 99) i");
        var rows = new PostgresTableOptions
        {
            Table = Readings.Table, Time = Readings.Time, Channel = "canal", Value = "valor", Page = page, First = FirstRows.All,
        };
        await using var driver = await ListenerFixture.ConnectAsync(Listen(rows), Folder, Address);
        var expected = Enumerable.Range(0, 100).Select(i => Scan(hasTies ? i / 10 : i, i));
        Assert.Equal(expected, (await driver.TakeAsync(100)).OrderBy(s => int.Parse(s.Split('=', '@')[1], null)));
        Insert(1000, 1000);
        Assert.Equal(Scan(1000, 1000), await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Rows_are_read_like_payloads_when_no_value_is_given_and_the_key_tells_equal_readings_apart()
    {
        CreateReadings();
        var rows = new PostgresTableOptions { Table = Readings.Table, Time = "tiempo_sensor", Key = "id" };
        await using var driver = await ListenerFixture.ConnectAsync(Listen(rows), Folder, Address, $"{Channel} : id");
        Insert(1, 5);
        Insert(1, 5);
        Assert.Equal(["t0=5@2025-01-01T00:00:01 t1=1@2025-01-01T00:00:01", "t0=5@2025-01-01T00:00:01 t1=2@2025-01-01T00:00:01"],
            await driver.TakeAsync(2));
        Terminate();
        await driver.ReadUntilLostAsync();
        Insert(1, 5);
        await driver.ReconnectAsync();
        Assert.Equal("t0=5@2025-01-01T00:00:01 t1=3@2025-01-01T00:00:01", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task Rows_of_unknown_channels_are_counted_and_a_time_in_the_future_does_not_move_the_position()
    {
        CreateReadings();
        await using var driver = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, Address);
        Run($"INSERT INTO $schema.readings (canal, valor, tiempo_sensor) VALUES ('{Channel}', 1, '2199-01-01Z')");
        Assert.Equal("t0=1@2199-01-01T00:00:00", (await driver.TakeAsync(1))[0]);
        Terminate();
        await driver.ReadUntilLostAsync();
        Insert(1, 1, "canal_desconocido");
        Insert(2, 2);
        await driver.ReconnectAsync();
        Assert.Equal(Scan(2, 2), await driver.NextAsync());
        Assert.Contains("canal_desconocido", Assert.Single(driver.Log.Warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task More_notifications_than_memory_allows_are_read_from_the_table()
    {
        const int Count = 12_000;
        CreateReadings();
        Insert(0, 0);
        var rows = new PostgresTableOptions
        {
            Table = Readings.Table, Time = "tiempo_sensor", Channel = "canal", Value = "valor", Overlap = TimeSpan.FromHours(5),
        };
        await using var driver = await ListenerFixture.ConnectAsync(Listen(rows), Folder, Address);
        Run($"INSERT INTO $schema.readings (canal, valor, tiempo_sensor) "
            + $"SELECT '{Channel}', i, {At(0)} + interval '1 s' * i FROM generate_series(1, {Count}) i");
        var values = (await driver.TakeAsync(Count)).Select(s => int.Parse(s.Split('=', '@')[1], null)).ToList();
        Assert.Equal(Enumerable.Range(1, Count), values.Order());
    }

    [SkippableTheory]
    [InlineData("missing", "tiempo_sensor", "canal", "there is no table or view")]
    [InlineData("readings", "tiempo", "canal", "has no column \"tiempo\": it has id, canal, valor, tiempo_sensor")]
    [InlineData("readings", "id", "canal", "column \"id\" of $table is int8, not timestamptz or timestamp: give a view that converts it")]
    [InlineData("readings", "tiempo_sensor", "chanel", "has no column \"chanel\"")]
    public async Task A_table_that_does_not_fit_is_named(string table, string time, string channel, string expected)
    {
        CreateReadings();
        var rows = new PostgresTableOptions { Table = $"{Schema}.{table}", Time = time, Channel = channel, Value = "valor" };
        await using var driver = new ListenerFixture(Listen(rows), Folder, null, null, Address);
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => driver.ConnectAsync());
        Assert.Contains(expected.Replace("$table", rows.Table, StringComparison.Ordinal), refused.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_damaged_or_foreign_position_is_named_and_not_used()
    {
        CreateReadings();
        Insert(0, 0);
        Directory.CreateDirectory(Folder.Of("data", "positions"));
        await File.WriteAllTextAsync(Folder.Of("data", "positions", "pumps"), "no position");
        await using var driver = await ListenerFixture.ConnectAsync(Listen(Readings), Folder, Address);
        Insert(1, 1);
        Assert.Equal(Scan(1, 1), await driver.NextAsync());
        Assert.Contains("the saved position cannot be read", Assert.Single(driver.Log.Warnings), StringComparison.Ordinal);
    }

    /// <summary>
    /// Rows are inserted one by one while the connection is terminated, the driver restarted in order and killed; each row comes, and those
    /// that come twice were not stored, or stored in the last seconds before a kill.
    /// </summary>
    [SkippableTheory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task No_row_is_lost_in_a_storm_of_terminations_restarts_and_kills(int seed)
    {
        const int Rows = 400;
        CreateReadings();
        var random = new Random(seed);
        var inserting = Task.Run(() =>
        {
            for (var i = 1; i <= Rows; i++) Insert(i, i);
        });
        var seen = new HashSet<int>();
        var kills = 0;
        var doubles = 0;
        var driver = await ListenerFixture.ConnectAsync(Storm(), Folder, Address);
        try
        {
            while (seen.Count < Rows)
            {
                try
                {
                    for (var i = random.Next(5, 40); i > 0 && seen.Count < Rows; i--)
                    {
                        var scan = await driver.NextAsync();
                        if (random.Next(3) > 0) await driver.AcknowledgeAsync();
                        if (!seen.Add(int.Parse(scan.Split('=', '@')[1], null))) doubles++;
                    }

                    switch (random.Next(3))
                    {
                        case 0:
                            Terminate();
                            await driver.ReadUntilLostAsync();
                            break;
                        case 1:
                            await driver.DisposeAsync();
                            driver = new ListenerFixture(Storm(), Folder, null, null, Address);
                            break;
                        default:
                            kills++;
                            await driver.KillAsync();
                            driver = new ListenerFixture(Storm(), Folder, null, null, Address);
                            break;
                    }
                }
                catch (NotConnectedException)
                {
                    // Terminated while rows were read.
                }

                if (seen.Count < Rows) await driver.ReconnectAsync();
            }
        }
        finally
        {
            await driver.DisposeAsync();
            await inserting;
        }

        Assert.Equal(Enumerable.Range(1, Rows), seen.Order());
        Assert.True(kills > 0 || doubles < Rows, $"seed {seed}");
    }

    private PostgresDriverOptions Storm() => Listen(new PostgresTableOptions
    {
        Table = Readings.Table, Time = "tiempo_sensor", Channel = "canal", Value = "valor", Page = 10, First = FirstRows.All,
        Overlap = TimeSpan.FromSeconds(Seconds), Replay = TimeSpan.Zero,
    });

    // Rows of the storm are inserted in order, one transaction each.
    private const int Seconds = 20;
}
