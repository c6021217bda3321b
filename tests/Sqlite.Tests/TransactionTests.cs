using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Sqlite;

namespace PlantRuntime.Sqlite.Tests;

public sealed class TransactionTests : SqliteTestBase
{
    [Fact]
    public async Task A_process_that_dies_in_mid_transaction_leaves_whole_batches()
    {
        const int Many = 60_000;
        var (copy, journalLength, grown) = (Folder.Of("crash", "plant.db"), 0L, 0L);
        var clock = new ReportingClock();
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Keep = TimeSpan.FromDays(30) }, clock);
        await sink.WriteAsync(Batches.Counting(1, 0, 10), default);
        var before = new FileInfo(FilePath).Length;

        // The store reads the clock after the rows and before the commit; by then this batch has outgrown SQLite's cache and is in the
        // file.
        clock.Read = () =>
        {
            Directory.CreateDirectory(Folder.Of("crash"));
            File.Copy(FilePath, copy);
            File.Copy(FilePath + "-journal", copy + "-journal");
            journalLength = new FileInfo(copy + "-journal").Length;
            grown = new FileInfo(copy).Length - before;
        };
        await sink.WriteAsync(Batches.Counting(2, 10, Many), default);
        clock.Read = null;
        Assert.True(journalLength > 512 && grown > 0, $"no transaction under way in the copy: journal {journalLength}, file {grown} bytes");

        await using var afterCrash = await ConnectAsync(new SqliteOptions { Path = "crash/plant.db" });
        Assert.Equal(Batches.CountingStored(0, 10), SecondConnection.Samples(copy));
        await afterCrash.WriteAsync(Batches.Counting(1, 0, 10), default);
        await afterCrash.WriteAsync(Batches.Counting(2, 10, 5), default);
        Assert.Equal(Batches.CountingStored(0, 15), SecondConnection.Samples(copy));
        Assert.Equal("ok", SecondConnection.Query(copy, "PRAGMA integrity_check")[0][0]);
        Assert.Equal($"{Many + 10}", SecondConnection.Query(FilePath, "SELECT count(*) FROM samples")[0][0]);
    }

    [Fact]
    public async Task A_locked_file_fails_the_whole_batch_which_then_is_stored_once()
    {
        await using var sink = await ConnectAsync();
        using var other = new SecondConnection(FilePath);
        other.Query("BEGIN IMMEDIATE");
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));
        Assert.Contains("is locked by another program", error.Message, StringComparison.Ordinal);
        other.Query("COMMIT");

        // With a reader in mid-query the batch can begin, but not commit.
        other.Query("BEGIN");
        other.Query("SELECT count(*) FROM samples");
        await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));
        other.Query("COMMIT");

        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Assert.Equal(Batches.CountingStored(0, 3), SecondConnection.Samples(FilePath));
    }

    [Fact]
    public async Task Two_sinks_of_one_file_and_queue_do_not_take_each_others_records_for_their_own()
    {
        await using var sink = await ConnectAsync();
        await using var second = await ConnectAsync(name: "second");
        await sink.WriteAsync(Batches.Counting(2, 0, 1), default);
        await second.WriteAsync(Batches.Counting(1, 1, 1), default);
        await second.WriteAsync(Batches.Counting(1, 1, 1), default);
        await second.WriteAsync(Batches.Counting(3, 2, 2), default);

        Assert.Equal(Batches.CountingStored(0, 4), SecondConnection.Samples(FilePath));
        Assert.Equal([["second", "3", "1"], ["store", "2", "0"]],
            SecondConnection.Query(FilePath, "SELECT sink, batch, record FROM plant_progress ORDER BY sink"));
    }

    /// <summary>A clock that stands still and reports each reading.</summary>
    private sealed class ReportingClock : TimeProvider
    {
        public Action? Read { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            Read?.Invoke();
            return Batches.Start;
        }
    }
}
