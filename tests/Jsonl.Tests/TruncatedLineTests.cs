using System.Text;
using PlantRuntime.Conformance.Sinks;

namespace PlantRuntime.Jsonl.Tests;

public sealed class TruncatedLineTests : JsonlTestBase
{
    [Fact]
    public async Task A_last_line_torn_at_any_byte_is_moved_aside_and_the_rest_is_kept()
    {
        await using (var sink = await ConnectAsync()) await sink.WriteAsync(Batches.Counting(1, 0, 3), default);
        var whole = await File.ReadAllBytesAsync(FilePath);
        var lastLine = Array.LastIndexOf(whole, (byte)'\n', whole.Length - 2) + 1;

        for (var cut = lastLine; cut <= whole.Length; cut++)
        {
            await File.WriteAllBytesAsync(FilePath, whole[..cut]);
            File.Delete(FilePath + ".torn");
            await using (var sink = await ConnectAsync()) await sink.WriteAsync(Batches.Counting(2, 3, 1), default);

            var isTorn = cut > lastLine && cut < whole.Length;
            Assert.Equal(cut == whole.Length ? [0, 1, 2, 3] : [0, 1, 3], Numbers(FilePath));
            Assert.Equal(isTorn, File.Exists(FilePath + ".torn"));
            if (isTorn) Assert.Equal((byte[])[.. whole[lastLine..cut], (byte)'\n'], await File.ReadAllBytesAsync(FilePath + ".torn"));
        }

        Assert.Equal(whole.Length - lastLine - 1, Log.Warnings.Count(l => l.StartsWith("REPAIRED file=", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Torn_pieces_gather_in_one_file()
    {
        foreach (var piece in new[] { "{\"a", "{\"b" })
        {
            await File.AppendAllTextAsync(FilePath, piece);
            await using var sink = await ConnectAsync();
        }

        Assert.Equal("{\"a\n{\"b\n", await File.ReadAllTextAsync(FilePath + ".torn"));
        Assert.Equal(0, new FileInfo(FilePath).Length);
    }

    [Fact]
    public async Task A_torn_line_longer_than_a_chunk_is_found()
    {
        var torn = new string('x', 200_000);
        await File.WriteAllTextAsync(FilePath, "{}\n" + torn);
        await using var sink = await ConnectAsync();

        Assert.Equal("{}\n", await File.ReadAllTextAsync(FilePath));
        Assert.Equal(torn + "\n", await File.ReadAllTextAsync(FilePath + ".torn"));
    }

    [Fact]
    public async Task A_file_without_lines_is_refused_untouched()
    {
        await using (var file = File.Create(FilePath)) file.SetLength(65L << 20);

        var error = await Assert.ThrowsAsync<IOException>(async () => await ConnectAsync());
        Assert.Contains("no JSON lines file", error.Message, StringComparison.Ordinal);
        Assert.Equal(65L << 20, new FileInfo(FilePath).Length);
    }

    [Fact]
    public async Task A_tail_of_zeros_from_a_power_cut_is_moved_aside()
    {
        await File.WriteAllBytesAsync(FilePath, [.. Encoding.UTF8.GetBytes("{}\n"), .. new byte[4096]]);
        await using var sink = await ConnectAsync();

        Assert.Equal("{}\n", await File.ReadAllTextAsync(FilePath));
    }
}
