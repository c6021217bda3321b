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
        var clock = new WatchedClock();
        await using var sink = await ConnectAsync(new SqliteOptions { Path = "plant.db", Keep = TimeSpan.FromDays(30) }, clock);
        await sink.WriteAsync(Batches.Counting(1, 0, 10), default);
        var before = new FileInfo(FilePath).Length;

        // The clock is looked at after the rows and before the commit; by then this batch has outgrown SQLite's memory and is in the file.
        clock.Looked = () =>
        {
            Directory.CreateDirectory(Folder.Of("crash"));
            File.Copy(FilePath, copy);
            File.Copy(FilePath + "-journal", copy + "-journal");
            journalLength = new FileInfo(copy + "-journal").Length;
            grown = new FileInfo(copy).Length - before;
        };
        await sink.WriteAsync(Batches.Counting(2, 10, Many), default);
        clock.Looked = null;
        Assert.True(journalLength > 512 && grown > 0, $"no transaction under way in the copy: journal {journalLength}, file {grown} bytes");

        await using var afterCrash = await ConnectAsync(new SqliteOptions { Path = "crash/plant.db" });
        Assert.Equal(Batches.CountingStored(0, 10), DatabaseFile.Samples(copy));
        await afterCrash.WriteAsync(Batches.Counting(1, 0, 10), default);
        await afterCrash.WriteAsync(Batches.Counting(2, 10, 5), default);
        Assert.Equal(Batches.CountingStored(0, 15), DatabaseFile.Samples(copy));
        Assert.Equal("ok", DatabaseFile.Query(copy, "PRAGMA integrity_check")[0][0]);
        Assert.Equal($"{Many + 10}", DatabaseFile.Query(FilePath, "SELECT count(*) FROM samples")[0][0]);
    }

    [Fact]
    public async Task A_locked_file_fails_the_whole_batch_which_then_is_stored_once()
    {
        await using var sink = await ConnectAsync();
        using var other = new DatabaseFile(FilePath);
        other.Query("BEGIN IMMEDIATE");
        var error = await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));
        Assert.Contains("is locked by another program", error.Message, StringComparison.Ordinal);
        other.Query("COMMIT");

        // A reader in mid-query lets the batch begin, but not commit.
        other.Query("BEGIN");
        other.Query("SELECT count(*) FROM samples");
        await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 3), default));
        other.Query("COMMIT");

        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        Assert.Equal(Batches.CountingStored(0, 3), DatabaseFile.Samples(FilePath));
    }

    [Fact]
    public async Task A_batch_that_comes_again_longer_is_completed()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        await sink.WriteAsync(Batches.Counting(1, 0, 5), default);

        Assert.Equal(Batches.CountingStored(0, 5), DatabaseFile.Samples(FilePath));
    }

    [Fact]
    public async Task Numbers_out_of_order_and_other_queues_are_no_duplicates()
    {
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(7, 0, 1), default);
        await sink.WriteAsync(Batches.Counting(5, 1, 1), default);
        var other = Batches.Counting(7, 2, 1);
        other.Queue = new Guid("00000000-0000-0000-0000-000000000001");
        await sink.WriteAsync(other, default);
        await sink.WriteAsync(other, default);

        Assert.Equal(Batches.CountingStored(0, 3), DatabaseFile.Samples(FilePath));
    }

    [Fact]
    public async Task A_batch_without_identity_is_stored_whenever_it_comes()
    {
        await using var sink = await ConnectAsync();
        var batch = Batches.Counting(0, 0, 1);
        batch.Queue = Guid.Empty;
        await sink.WriteAsync(batch, default);
        await sink.WriteAsync(batch, default);

        Assert.Equal(2, DatabaseFile.Samples(FilePath).Count);
    }

    [Fact]
    public async Task Only_a_thousand_batches_are_remembered()
    {
        await using var sink = await ConnectAsync();
        DatabaseFile.Query(FilePath, """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1005)
            INSERT INTO plant_batches (queue, batch, records) SELECT x'00', i, 1 FROM n
            """);
        await sink.WriteAsync(Batches.Counting(1006, 0, 1), default);

        Assert.Equal(["7", "1006", "1000"], DatabaseFile.Query(FilePath, "SELECT min(batch), max(batch), count(*) FROM plant_batches")[0]);
    }

    /// <summary>Stands at the start of the batches, and says when it is looked at.</summary>
    private sealed class WatchedClock : TimeProvider
    {
        public Action? Looked { get; set; }

        public override DateTimeOffset GetUtcNow()
        {
            Looked?.Invoke();
            return Batches.Start;
        }
    }
}
