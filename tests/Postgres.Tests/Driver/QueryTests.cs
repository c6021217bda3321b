using PlantRuntime.Plugins.Postgres;

namespace PlantRuntime.Postgres.Tests.Driver;

/// <summary>Devices that read the new rows of a table or view.</summary>
[Trait("Needs", "Server")]
public sealed class QueryTests(PostgresFixture shared) : ListenerTestBase(shared)
{
    [SkippableFact]
    public async Task New_rows_of_a_table_are_read_at_each_poll_once()
    {
        CreateReadings();
        Insert(0, 100);
        var query = new PostgresTableOptions { Table = Readings.Table, Time = "tiempo_sensor" };
        await using var driver = await ListenerFixture.ConnectAsync(Listen(query: query), Folder, "valor", "$.canal");
        Insert(1, 1);
        Assert.Equal($"t0=1@2025-01-01T00:00:01 t1={Channel}@2025-01-01T00:00:01", await driver.NextAsync());
        Insert(3, 3);
        Assert.StartsWith("t0=3@", await driver.NextAsync(), StringComparison.Ordinal);

        // A transaction that took longer.
        Insert(2, 2);
        Assert.StartsWith("t0=2@", await driver.NextAsync(), StringComparison.Ordinal);
        await driver.AcknowledgeAsync();
        await driver.DisposeAsync();
        Insert(4, 4);
        await using var second = await ListenerFixture.ConnectAsync(Listen(query: query), Folder, "valor", "$.canal");
        Assert.StartsWith("t0=4@", await second.NextAsync(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_view_of_names_and_values_is_read_by_name_and_local_times_are_in_the_zone_of_the_device()
    {
        Run("""
            CREATE TABLE $schema.raw (name text, v double precision, at timestamp);
            CREATE VIEW $schema.v AS SELECT name, v, at FROM $schema.raw;
            """);
        var query = new PostgresTableOptions { Table = $"{Schema}.v", Time = "at", Channel = "name", First = FirstRows.All };
        Run("""
            INSERT INTO $schema.raw VALUES
              ('flow', 1, '2025-01-01 10:00'), ('x', 9, '2025-01-01 10:01'), ('temp', 2, '2025-01-01 10:02')
            """);
        await using var driver = await ListenerFixture.ConnectAsync(Listen(query: query), Folder, "flow : v", "temp : v");
        Assert.Equal(["t0=1@2025-01-01T13:00:00", "t1=2@2025-01-01T13:02:00"], await driver.TakeAsync(2));
        Run("""
            INSERT INTO $schema.raw VALUES
              ('flow', NULL, '2025-01-01 10:03'), ('flow', 'NaN', '2025-01-01 10:04'), ('flow', 4, 'infinity')
            """);
        Assert.Equal("t0=BAD_DEVICE(the payload contains null)", await driver.NextAsync());
        Assert.Equal("t0=NaN@2025-01-01T13:04:00", await driver.NextAsync());
    }

    [SkippableFact]
    public async Task A_row_that_is_too_long_is_bad_and_the_next_one_is_read()
    {
        Run("CREATE TABLE $schema.docs (v text, at timestamptz)");
        var query = new PostgresTableOptions { Table = $"{Schema}.docs", Time = "at", First = FirstRows.All };
        Run($"INSERT INTO $schema.docs VALUES (repeat('x', 2000000), {At(0)}), ('y', {At(1)})");
        await using var driver = await ListenerFixture.ConnectAsync(Listen(query: query), Folder, "v");
        Assert.Equal("t0=BAD_TYPE(the row is longer than 1 MB)", await driver.NextAsync());
        Assert.Equal("t0=y@2025-01-01T00:00:01", await driver.NextAsync());
    }
}
