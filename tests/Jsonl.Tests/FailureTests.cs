using System.Text;
using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Jsonl;

namespace PlantRuntime.Jsonl.Tests;

public sealed class FailureTests : JsonlTestBase
{
    [SkippableFact]
    public async Task A_batch_that_fails_half_way_leaves_the_file_as_it_was()
    {
        // The maximum file size of the file system has the same effect as a full disk: the kernel writes the bytes that fit, then fails.
        Skip.If(OperatingSystem.IsWindows(), "needs a file system with sparse files of its greatest size");
        var greatest = GreatestFileSize(FilePath);
        await using (var file = File.Open(FilePath, FileMode.Create))
        {
            file.SetLength(greatest - 500);
            file.Position = greatest - 501;
            file.WriteByte((byte)'\n');
        }

        await using var sink = await ConnectAsync();
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var error = await Assert.ThrowsAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(1, 0, 20), default));
            Assert.StartsWith($"{FilePath} cannot be written to: ", error.Message, StringComparison.Ordinal);
            Assert.Equal(greatest - 500, new FileInfo(FilePath).Length);
            await sink.ConnectAsync(default);
        }

        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        Assert.Equal("""{"time":"2026-11-21T08:00:00.123Z","device":"press","tags":{"n":0}}""" + "\n", Tail(greatest - 500));
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_moved_or_deleted_is_begun_again(bool isMoved)
    {
        Skip.If(OperatingSystem.IsWindows(), "an open file keeps its name");
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        if (isMoved) File.Move(FilePath, Folder.Of("moved"));
        else File.Delete(FilePath);
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);

        Assert.Equal([1], Numbers(FilePath));
        Assert.Contains("moved or deleted", Assert.Single(Log.Warnings), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nothing_is_created_in_the_place_of_a_site_that_was_moved_away()
    {
        Skip.If(OperatingSystem.IsWindows(), "an open file keeps its name");
        await using var sink = await ConnectAsync();
        await sink.WriteAsync(Batches.Counting(1, 0, 1), default);
        var away = Folder.Path + ".away";
        Directory.Move(Folder.Path, away);
        await Assert.ThrowsAnyAsync<IOException>(async () => await sink.WriteAsync(Batches.Counting(2, 1, 1), default));
        Assert.False(Directory.Exists(Folder.Path));
        Directory.Move(away, Folder.Path);
        await sink.ConnectAsync(default);
        await sink.WriteAsync(Batches.Counting(2, 1, 1), default);
        Assert.Equal([0, 1], Numbers(FilePath));
    }

    [Fact]
    public async Task Lines_that_others_append_are_not_overwritten()
    {
        await using var one = await ConnectAsync();
        await using var other = await ConnectAsync();
        await one.WriteAsync(Batches.Counting(1, 0, 1), default);
        await other.WriteAsync(Batches.Counting(1, 1, 1), default);
        await one.WriteAsync(Batches.Counting(2, 2, 1), default);

        Assert.Equal([0, 1, 2], Numbers(FilePath));
    }

    [Fact]
    public async Task A_file_can_be_read_while_it_is_written()
    {
        await using var sink = await ConnectAsync(new JsonlOptions { Path = "lines.jsonl" });
        await sink.WriteAsync(Batches.Counting(1, 0, 2), default);
        using var reader = new StreamReader(FilePath, new FileStreamOptions { Share = FileShare.ReadWrite | FileShare.Delete });
        await sink.WriteAsync(Batches.Counting(2, 2, 1), default);

        Assert.Equal(3, (await reader.ReadToEndAsync()).Count(c => c == '\n'));
    }

    [Fact]
    public async Task A_path_that_is_a_folder_says_so()
    {
        Directory.CreateDirectory(FilePath);
        var error = await Assert.ThrowsAsync<IOException>(async () => await ConnectAsync());

        Assert.StartsWith($"{FilePath} cannot be opened for writing: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_make_no_sense_are_all_named()
    {
        var options = new JsonlOptions { Path = "data/", RotateSize = new ByteSize(10), Keep = 3 };
        Assert.Equal(["path", "rotate_size"], options.Validate().Select(p => p.Key));
        Assert.Equal(["keep"], new JsonlOptions { Path = "a.jsonl", Keep = 3 }.Validate().Select(p => p.Key));
        Assert.Empty(new JsonlOptions { Path = "a.jsonl", Keep = 3, RotateEvery = RotateEvery.Day }.Validate());
    }

    private static long GreatestFileSize(string path)
    {
        using var file = File.Create(path);
        var (possible, tooGreat) = (0L, long.MaxValue);
        while (tooGreat - possible > 1)
        {
            var middle = possible + ((tooGreat - possible) / 2);
            try
            {
                file.SetLength(middle);
                possible = middle;
            }
            catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)
            {
                tooGreat = middle;
            }
        }

        Skip.If(possible > long.MaxValue - 4096, "the file system has no greatest file size to run into");
        return possible;
    }

    private string Tail(long from)
    {
        using var file = File.OpenRead(FilePath);
        file.Position = from;
        using var reader = new StreamReader(file, Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
