using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

public sealed class FileTests : SqliteTestBase
{
    [Fact]
    public async Task A_table_with_other_columns_is_refused_by_the_column()
    {
        SecondConnection.Query(FilePath, "CREATE TABLE samples (time TEXT, site TEXT, device TEXT, name TEXT, value REAL)");
        var error = await Assert.ThrowsAsync<IOException>(async () => await ConnectAsync());

        Assert.Contains("table \"samples\"", error.Message, StringComparison.Ordinal);
        Assert.Contains("has no column \"tag\": it has time, site, device, name, value", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_with_a_column_that_nobody_fills_is_refused()
    {
        SecondConnection.Query(FilePath, """
            CREATE TABLE samples (
              time TEXT, site TEXT, device TEXT, tag TEXT, value, text TEXT, quality TEXT, unit TEXT, shift TEXT NOT NULL)
            """);
        var error = await Assert.ThrowsAsync<IOException>(async () => await ConnectAsync());

        Assert.Contains("has a column \"shift\" that the sink does not fill", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nothing_is_created_in_the_place_of_a_site_that_was_moved_away()
    {
        Skip.If(OperatingSystem.IsWindows(), "an open file keeps its name");
        await using var sink = await ConnectAsync();
        var away = Folder.Path + ".away";
        Directory.Move(Folder.Path, away);
        await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 1), default));
        await Assert.ThrowsAnyAsync<IOException>(async () => await sink.ConnectAsync(default));
        Assert.False(Directory.Exists(Folder.Path));
        Directory.Move(away, Folder.Path);
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
    }

    [Fact]
    public async Task Columns_that_a_user_added_are_left_alone()
    {
        await using (await ConnectAsync())
        {
        }

        SecondConnection.Query(FilePath, "ALTER TABLE samples ADD COLUMN checked_by TEXT");
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 2), default);

        Assert.Equal(Batches.CountingStored(0, 2), SecondConnection.Samples(FilePath));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_untouched()
    {
        var text = string.Concat(Enumerable.Repeat("no database ", 100));
        await File.WriteAllTextAsync(FilePath, text);
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await ConnectAsync());

        Assert.Equal($"{FilePath} is no SQLite database: move it away or give another path", error.Message);
        Assert.Equal(text, await File.ReadAllTextAsync(FilePath));
    }

    [Fact]
    public async Task A_folder_in_place_of_the_file_or_a_file_in_place_of_the_folder_is_named()
    {
        Directory.CreateDirectory(FilePath);
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await ConnectAsync());
        Assert.Equal($"{FilePath} cannot be opened: it is a folder", error.Message);

        await File.WriteAllTextAsync(Folder.Of("data"), "");
        error = await Assert.ThrowsAnyAsync<IOException>(async () => await ConnectAsync(new SqliteOptions { Path = "data/plant.db" }));
        Assert.StartsWith($"the folder of {Folder.Of("data", "plant.db")} cannot be made: ", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_file_that_is_deleted_while_open_fails_once_and_is_begun_again()
    {
        Skip.If(OperatingSystem.IsWindows(), "an open database cannot be deleted");
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        File.Delete(FilePath);
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(2, 1, 1), default));
        Assert.Contains("was moved or deleted", error.Message, StringComparison.Ordinal);

        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.Equal(Batches.CountingStored(1, 1), SecondConnection.Samples(FilePath));
    }

    [Fact]
    public async Task A_file_in_wal_mode_is_changed_to_a_rollback_journal()
    {
        using (var other = new SecondConnection(FilePath))
        {
            other.Query("PRAGMA journal_mode = WAL");
            other.Query("CREATE TABLE mine (a)");
            var error = await Assert.ThrowsAnyAsync<IOException>(async () => await ConnectAsync());
            Assert.Contains("is locked by another program", error.Message, StringComparison.Ordinal);
        }

        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);

        Assert.NotEqual("wal", SecondConnection.Query(FilePath, "PRAGMA journal_mode")[0][0]);
        Assert.False(File.Exists(FilePath + "-wal"));
    }

    [Fact]
    public async Task Rows_older_than_they_are_kept_go_in_small_steps()
    {
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Keep = TimeSpan.FromDays(30) });
        var old = Batches.Counting(1, 0, 1200);
        old.Add(Batches.Start, "press", "{}"u8);
        await sink.WriteAsync(old, default);
        Clock.Advance(TimeSpan.FromDays(30) + TimeSpan.FromMinutes(1));

        int[] left = [702, 204, 6];
        for (var i = 0; i < left.Length; i++)
        {
            var batch = Batches.Empty(i + 2);
            for (var n = 0; n < 2; n++) batch.AddScan(Clock.GetUtcNow().UtcDateTime, ("new", n, Contracts.Quality.Good));
            await sink.WriteAsync(batch, default);
            Assert.Equal($"{left[i]}", SecondConnection.Query(FilePath, "SELECT count(*) FROM samples")[0][0]);
        }

        Assert.Equal("0", SecondConnection.Query(FilePath, "SELECT count(*) FROM records")[0][0]);
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        static IEnumerable<string> Keys(SqliteOptions options) => options.Validate().Select(p => p.Key);
        Assert.Empty(Keys(new SqliteOptions { Path = "data/plant.db", Table = "press_1", Keep = TimeSpan.FromDays(30) }));
        Assert.Equal(["path", "table", "keep", "busy"],
            Keys(new SqliteOptions { Path = "data/", Table = "a b\"", Keep = TimeSpan.Zero, Busy = TimeSpan.FromMinutes(1) }));
        Assert.All(
            ["Records", "plant_progress", "sqlite_x", "", "1a"],
            name => Assert.Equal(["table"], Keys(new SqliteOptions { Path = "a", Table = name })));
    }
}
