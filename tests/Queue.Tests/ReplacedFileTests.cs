using System.Runtime.InteropServices;

namespace PlantRuntime.Queue.Tests;

/// <summary>The queue's folder or file is replaced, deleted or damaged while the queue is open (row 25 of the fault list).</summary>
public sealed class ReplacedFileTests : IDisposable
{
    private const UnixFileMode Writing = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;
    private const UnixFileMode Everything = (UnixFileMode)0b111_111_111;
    private readonly QueueFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    private string Data => Path.GetDirectoryName(_fixture.Folder.Path)!;

    [Fact]
    public async Task A_deleted_folder_is_reported_and_nothing_is_lost()
    {
        await _fixture.AddAsync(1200);
        Directory.Delete(Data, recursive: true);
        await NoticeAsync("MOVED queue=");
        await _fixture.Log.WhenAsync("QUEUE state=New waiting=1200");
        Assert.True(File.Exists(_fixture.Folder.Path));
        await _fixture.AddAsync(100);
        _fixture.Crash();
        Assert.Equal(Enumerable.Range(1, 1300), await _fixture.DrainAsync());
        Assert.Equal((1300, 1300, 0, 0),
            (_fixture.Account.Produced, _fixture.Account.Delivered, _fixture.Account.Waiting, _fixture.Account.Damaged));
        Assert.False(_fixture.Queue.HasFailed);
    }

    [Fact]
    public async Task A_batch_in_flight_is_finished_in_the_new_file()
    {
        await _fixture.AddAsync(600);
        var reader = _fixture.Queue.OpenConsumer("out");
        var batch = (await reader.NextAsync())!;
        var first = batch.Batch.Count;
        File.Delete(_fixture.Folder.Path);
        await NoticeAsync("QUEUE state=New");
        await reader.AdvanceAsync(batch, first);
        Assert.Equal(Enumerable.Range(first + 1, 600 - first), await _fixture.DrainAsync());
        Assert.Equal((600, 600), (_fixture.Account.Produced, _fixture.Account.Delivered));
    }

    [Fact]
    public async Task Another_file_at_the_same_path_is_kept_aside()
    {
        await _fixture.AddAsync(10);
        File.Delete(_fixture.Folder.Path);
        File.WriteAllText(_fixture.Folder.Path, "a backup");
        await NoticeAsync("QUEUE state=New");
        Assert.Contains(Directory.GetFiles(_fixture.Folder.Damaged.Path), f => File.ReadAllText(f) == "a backup");
        Assert.Equal(Enumerable.Range(1, 10), await _fixture.DrainAsync());
    }

    [Fact]
    public async Task A_deleted_write_ahead_log_is_begun_anew()
    {
        await _fixture.AddAsync(10);
        File.Delete(_fixture.Folder.LogPath);
        _fixture.Time.Advance(TimeSpan.FromSeconds(3));
        await _fixture.AddAsync(10);
        Assert.True(File.Exists(_fixture.Folder.LogPath));
        _fixture.Crash();
        Assert.Equal(Enumerable.Range(1, 20), await _fixture.DrainAsync());
    }

    [Fact]
    public async Task Records_that_cannot_be_read_of_a_deleted_file_are_counted_per_route()
    {
        await DamageAsync();
        Directory.Delete(Data, recursive: true);
        await NoticeAsync("QUEUE state=New");
        await _fixture.Log.WhenAsync("DAMAGED recipe=press.csx sink=out");
        await _fixture.Queue.AskAsync(_ => 0);
        var account = _fixture.Account;
        Assert.InRange(account.Damaged, 1, _fixture.Added);
        Assert.Equal(account.Waiting, (await _fixture.DrainAsync()).Count);
        Assert.Equal((_fixture.Added, 0), (_fixture.Account.Produced, _fixture.Account.Waiting));
    }

    [Fact]
    public async Task Records_that_were_counted_as_damaged_while_the_sink_had_them_count_as_delivered()
    {
        for (var i = 0; i < 40; i++) await _fixture.AddAsync(500, 1000);
        var reader = _fixture.Queue.OpenConsumer("out");
        var batch = (await reader.NextAsync())!;
        var count = batch.Batch.Count;
        Ruin(_fixture);
        Directory.Delete(Data, recursive: true);
        await NoticeAsync("DAMAGED recipe=press.csx sink=out");
        await reader.AdvanceAsync(batch, count);
        await _fixture.Queue.AskAsync(_ => 0);
        var account = _fixture.Account;
        Assert.Equal((_fixture.Added, count), (account.Produced, account.Delivered));
        Assert.InRange(account.Waiting, 0, _fixture.Added);
        Assert.Equal(account.Waiting, (await _fixture.DrainAsync()).Count);
    }

    [Fact]
    public async Task A_site_folder_that_is_moved_away_and_back_is_not_touched()
    {
        using var site = new PlantRuntime.Conformance.TemporaryFolder();
        var (here, there) = (site.Of("here"), site.Of("there"));
        using var fixture = new QueueFixture(null, Path.Combine(here, "data"));
        await fixture.AddAsync(10);
        Directory.Move(here, there);
        await NoticeAsync("MOVED queue=", fixture);
        Assert.False(Directory.Exists(here));
        Assert.Contains("moved or deleted", fixture.Queue.Problem!, StringComparison.Ordinal);
        await fixture.AddAsync(10);
        Directory.Move(there, here);
        await NoticeAsync("MOVED state=OK", fixture);
        Assert.Null(fixture.Queue.Problem);
        fixture.Crash();
        Assert.Equal(Enumerable.Range(1, 20), await fixture.DrainAsync());
    }

    [Fact]
    public async Task A_new_file_is_begun_as_soon_as_the_folder_can_be_made()
    {
        await _fixture.AddAsync(10);
        Directory.Delete(Data, recursive: true);
        File.WriteAllText(Data, "in the way");
        await NoticeAsync("MOVED queue=");
        await NoticeAsync("QUEUE state=Failed");
        Assert.True(_fixture.Queue.HasFailed);
        Assert.NotNull(_fixture.Queue.Problem);
        File.Delete(Data);
        await NoticeAsync("QUEUE state=New");
        Assert.Equal(Enumerable.Range(1, 10), await _fixture.DrainAsync());
        Assert.Equal((false, null), (_fixture.Queue.HasFailed, _fixture.Queue.Problem));
    }

    [Fact]
    public async Task An_orderly_end_is_no_failure()
    {
        await _fixture.AddAsync(10);
        _fixture.Queue.Dispose();
        Assert.False(_fixture.Queue.HasFailed);
    }

    [Fact]
    public async Task A_deleted_file_that_cannot_be_replaced_is_counted_as_lost_at_the_end()
    {
        await _fixture.AddAsync(10);
        Directory.Delete(Data, recursive: true);
        File.WriteAllText(Data, "in the way");
        await NoticeAsync("MOVED queue=");
        _fixture.Queue.Dispose();
        Assert.True(_fixture.Queue.HasFailed);
        Assert.Equal((10, 10, 0), (_fixture.Account.Produced, _fixture.Account.Damaged, _fixture.Account.Waiting));
        await _fixture.Log.WhenAsync("DAMAGED recipe=press.csx sink=out records=10");
        File.Delete(Data);
    }

    /// <summary>A repair that fails is tried again: here a file is in the place of the folder for damaged files.</summary>
    [Fact]
    public async Task A_repair_that_fails_is_tried_again_and_what_is_lost_meanwhile_is_counted()
    {
        await DamageAsync();
        File.WriteAllText(_fixture.Folder.Damaged.Path, "in the way");
        var reading = await FailAsync();
        File.Delete(_fixture.Folder.Damaged.Path);
        await RepairedAsync(reading);
    }

    /// <summary>A repair that fails for an ordinary user without permissions on the folder is tried again.</summary>
    [SkippableFact]
    public async Task A_repair_without_permissions_is_tried_again()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "needs permissions of Linux");
        if (OperatingSystem.IsWindows()) return;
        using var site = new PlantRuntime.Conformance.TemporaryFolder();
        var data = site.Of("data");
        Directory.CreateDirectory(data);
        for (var folder = data; folder.Length > "/tmp".Length; folder = Path.GetDirectoryName(folder)!)
            File.SetUnixFileMode(folder, Everything);
        using var fixture = Environment.UserName == "root" ? AsOrdinaryUser(() => new QueueFixture(null, data))
            : new QueueFixture(null, data);
        await DamageAsync(fixture);
        File.SetUnixFileMode(data, Everything & ~Writing);
        var reading = await FailAsync(fixture);
        File.SetUnixFileMode(data, Everything);
        await RepairedAsync(fixture, reading);
    }

    [Fact]
    public async Task An_exception_does_not_end_the_thread()
    {
        var isThrown = false;
        _fixture.Add(10);
        _fixture.Queue.WhenCommitted(() =>
        {
            isThrown = true;
            throw new InvalidOperationException("a callback fails");
        });
        await _fixture.Log.WhenAsync("BUG in=queue reason=");
        Assert.True(isThrown);
        _fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await _fixture.AddAsync(10);
        Assert.Equal(Enumerable.Range(1, 20), await _fixture.DrainAsync());
    }

    /// <summary>More than SQLite keeps in memory, then rubbish in the file behind its first pages.</summary>
    private async Task DamageAsync(QueueFixture? fixture = null)
    {
        fixture ??= _fixture;
        for (var i = 0; i < 40; i++) await fixture.AddAsync(500, 1000);
        Ruin(fixture);
    }

    private static void Ruin(QueueFixture fixture)
    {
        using var file = new FileStream(fixture.Folder.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        var rubbish = new byte[1 << 20];
        new Random(7).NextBytes(rubbish);
        file.Position = 4096 * 4L;
        while (file.Position < file.Length - rubbish.Length) file.Write(rubbish);
    }

    /// <summary>Reads until the damage is found; the queue then says that it fails and counts new records as dropped.</summary>
    private static async Task<Task<List<int>>> FailAsync(QueueFixture fixture)
    {
        var reader = fixture.Queue.OpenConsumer("out");
        var reading = Task.Run(async () =>
        {
            var numbers = new List<int>();
            while (await reader.NextAsync() is { } batch)
            {
                numbers.AddRange(Enumerable.Range(0, batch.Batch.Count).Select(i => QueueFixture.Number(batch.Batch[i])));
                try
                {
                    await reader.AdvanceAsync(batch, batch.Batch.Count);
                }
                catch (ObjectDisposedException)
                {
                    // The next consumer gets this batch again.
                    break;
                }
            }

            return numbers;
        });
        await fixture.Log.WhenAsync("QUEUE state=Failed");
        Assert.True(fixture.Queue.HasFailed);
        Assert.NotNull(fixture.Queue.Problem);
        await Assert.ThrowsAnyAsync<IOException>(() => fixture.Queue.AskAsync(_ => 0));
        var before = fixture.Account;
        fixture.Add(700);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAnyAsync<IOException>(() => fixture.Queue.AskAsync(_ => 0));
        Assert.Equal(
            (before.Produced + 700, before.Waiting + 700, before.Dropped),
            (fixture.Account.Produced, fixture.Account.Waiting, fixture.Account.Dropped));
        return reading;
    }

    private Task<Task<List<int>>> FailAsync() => FailAsync(_fixture);

    private static async Task RepairedAsync(QueueFixture fixture, Task<List<int>> reading)
    {
        await NoticeAsync("QUEUE state=OK", fixture);
        await fixture.AddAsync(1);
        List<int> rest = [.. await fixture.DrainAsync(), .. await reading];
        Assert.Equal(Enumerable.Range(fixture.Added - 700, 701), rest.Distinct().Order().TakeLast(701));
        Assert.Equal((false, null), (fixture.Queue.HasFailed, fixture.Queue.Problem));
        var account = fixture.Account;
        Assert.Equal((fixture.Added, 0, 0), (account.Produced, account.Waiting, account.Dropped));
        Assert.Equal(account.Produced, account.Delivered + account.Damaged);
    }

    private Task RepairedAsync(Task<List<int>> reading) => RepairedAsync(_fixture, reading);

    /// <summary>Advances the clock until the log has a line.</summary>
    private static async Task NoticeAsync(string words, QueueFixture fixture)
    {
        var noticed = fixture.Log.WhenAsync(words);
        while (!noticed.IsCompleted)
        {
            fixture.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(noticed, Task.Delay(20));
        }

        await noticed;
    }

    private Task NoticeAsync(string words) => NoticeAsync(words, _fixture);

    /// <summary>Runs with the file permissions of an ordinary user; threads that are started within keep them.</summary>
    private static T AsOrdinaryUser<T>(Func<T> run)
    {
        T result = default!;
        var thread = new Thread(() =>
        {
            _ = SetFileUser(65534);
            result = run();
        });
        thread.Start();
        thread.Join();
        return result;
    }

    [DllImport("libc", EntryPoint = "setfsuid")]
    private static extern int SetFileUser(uint user);
}
