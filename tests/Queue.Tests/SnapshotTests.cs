using PlantRuntime.Conformance;
using PlantRuntime.Logging;

namespace PlantRuntime.Queue.Tests;

/// <summary>Copies of a queue that works, and their restoring.</summary>
public sealed class SnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Data => Path.Combine(_folder.Path, "copy");

    [Fact]
    public async Task A_snapshot_has_what_was_committed_before_its_end()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(3000, padding: 1000);
        var copying = SnapshotAsync(fixture);
        while (!copying.IsCompleted) await fixture.AddAsync(1, padding: 1000);
        await copying;
        var added = fixture.Added;
        using var copy = new QueueFixture(folder: Data);
        var found = await copy.DrainAsync();
        Assert.Equal(Enumerable.Range(1, found.Count), found);
        Assert.InRange(found.Count, 3000, added);
        Assert.Equal(Enumerable.Range(1, added), await fixture.DrainAsync());
    }

    [Fact]
    public async Task A_restored_queue_has_a_new_identity_or_numbers_that_were_never_used()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(10);
        var identity = await IdentityAsync(fixture);
        foreach (var keeps in (bool[])[false, true])
        {
            await SnapshotAsync(fixture);
            using (var log = fixture.Log.Open(fixture.Time, LogLevel.Debug)) QueueCopy.Restore(Data, keeps, fixture.Time, log);
            using (var copy = new QueueFixture(folder: Data))
            {
                var (queue, number) = await IdentityAsync(copy);
                Assert.Equal(keeps, queue == identity.Queue);
                if (keeps) Assert.True(number >= identity.Number + (1L << 32), $"the next number is {number}");
                await copy.AddAsync(5);
                Assert.Equal([.. Enumerable.Range(1, 10), .. Enumerable.Range(1, 5)], await copy.DrainAsync());
                copy.Reopen();
                await copy.AddAsync(1);
                Assert.Single(await copy.DrainAsync());
                Assert.Equal((16, 16, 0), (copy.Account.Produced, copy.Account.Delivered, copy.Account.Waiting));
            }

            Directory.Delete(Data, recursive: true);
        }
    }

    [Fact]
    public async Task A_copy_that_cannot_be_written_fails_and_the_queue_works_on()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(10);
        await Assert.ThrowsAnyAsync<IOException>(
            () => fixture.Queue.SnapshotAsync(Path.Combine(_folder.Path, "missing", "queue.db"), CancellationToken.None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => fixture.Queue.SnapshotAsync(Path.Combine(_folder.Path, "queue.db"), new CancellationToken(canceled: true)));
        Assert.Equal(Enumerable.Range(1, 10), await fixture.DrainAsync());
        Assert.Null(fixture.Queue.Problem);
    }

    [Fact]
    public async Task A_queue_that_was_not_closed_is_copied_with_its_log()
    {
        using var fixture = new QueueFixture();
        await fixture.AddAsync(10);
        Directory.CreateDirectory(Data);
        QueueCopy.CopyFiles(Path.GetDirectoryName(fixture.Folder.Path)!, Data);
        Assert.Null(QueueCopy.Complete(Data));
        Assert.Equal(["queue.db"], Directory.GetFiles(Data).Select(Path.GetFileName));
        using var copy = new QueueFixture(folder: Data);
        Assert.Equal(Enumerable.Range(1, 10), await copy.DrainAsync());
    }

    public void Dispose() => _folder.Dispose();

    private Task SnapshotAsync(QueueFixture fixture)
    {
        Directory.CreateDirectory(Data);
        return fixture.Queue.SnapshotAsync(Path.Combine(Data, "queue.db"), CancellationToken.None);
    }

    private static Task<(Guid Queue, long Number)> IdentityAsync(QueueFixture fixture) =>
        fixture.Queue.AskAsync(store => (store.State.Queue, store.State.NextNumber));
}
