using PlantRuntime.Conformance.Peers;
using PlantRuntime.Contracts;

namespace PlantRuntime.S7.Tests.Peers;

/// <summary>Raw blocks of snap7's server.</summary>
[Trait("Needs", "Server")]
public class Snap7BlockTests
{
    [SkippableTheory]
    [InlineData(14, 960)]
    [InlineData(8192, 960)]
    [InlineData(1000, 240)]
    public async Task A_block_that_changes_while_read_is_whole(int bytes, int pduSize)
    {
        await using var server = await Snap7Server.StartAsync(new("DB", 500, 0, "SIZE", $"{bytes}"), new("DB", 500, 0, "COUNT", ""));
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize);
        var block = driver.PrepareBlock("DB500", bytes);
        var image = new byte[bytes];
        var (seen, refused) = (new HashSet<int>(), 0);
        for (var i = 0; i < 100_000 && seen.Count < 20; i++)
        {
            try
            {
                await block.ReadAsync(image, CancellationToken.None);
                // The server puts the same number into all words, so a torn image shows.
                var words = image.Chunk(2).Select(word => word[0] << 8 | word[1]).Distinct().ToList();
                seen.Add(Assert.Single(words));
            }
            catch (RefusedException e)
            {
                Assert.Equal("no two of 16 readings agree: the block changes faster than it can be read", e.Message);
                refused++;
            }
        }

        Assert.True(seen.Count == 20, $"only {seen.Count} images seen, {refused} times none");
    }

    [SkippableFact]
    public async Task Blocks_are_written_in_parts_and_read_back()
    {
        const int Seed = 5;
        await using var server = await Snap7Server.StartAsync(new("DB", 7, 0, "SIZE", "8200"), new("M", 0, 0, "SIZE", "64"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize: 240);
        var (block, flags) = (driver.PrepareBlock("DB7.DBB8", 8192), driver.PrepareBlock("MB4", 14));
        var bytes = new byte[8192];
        new Random(Seed).NextBytes(bytes);

        await block.WriteAsync(0, bytes, CancellationToken.None);
        await flags.WriteAsync(2, bytes.AsMemory(0, 3), CancellationToken.None);

        Assert.Equal(Convert.ToHexString(bytes), await client.ReadAsync("DB", 7, 8, 8192));
        Assert.Equal("0000" + Convert.ToHexString(bytes, 0, 3) + "00", await client.ReadAsync("M", 0, 4, 6));
        var image = new byte[8192];
        await block.ReadAsync(image, CancellationToken.None);
        Assert.Equal(bytes, image);
    }

    [SkippableFact]
    public async Task A_block_that_is_not_there_or_too_short_is_refused_and_nothing_is_given()
    {
        await using var server = await Snap7Server.StartAsync(new ServedBytes("DB", 1, 0, "SIZE", "500"));
        using var client = new Snap7Client(server);
        await using var driver = await Snap7Server.ConnectAsync(server, pduSize: 240);
        var image = Enumerable.Repeat((byte)0xEE, 600).ToArray();
        var (missing, tooLong) = (driver.PrepareBlock("DB2", 14), driver.PrepareBlock("DB1", 600));

        var none = await Assert.ThrowsAsync<RefusedException>(() => missing.ReadAsync(new byte[14], default).AsTask());
        var torn = await Assert.ThrowsAsync<RefusedException>(() => tooLong.ReadAsync(image, default).AsTask());
        var half = await Assert.ThrowsAsync<RefusedException>(() => tooLong.WriteAsync(0, image.ToArray(), default).AsTask());

        Assert.StartsWith("bytes 0 to 13: object does not exist (0A)", none.Message, StringComparison.Ordinal);
        Assert.StartsWith("bytes 444 to 599: address out of range (05)", torn.Message, StringComparison.Ordinal);
        Assert.StartsWith("byte 599: address out of range (05)", half.Message, StringComparison.Ordinal);
        Assert.EndsWith("; nothing was written", half.Message, StringComparison.Ordinal);
        Assert.Equal(new string('0', 1000), await client.ReadAsync("DB", 1, 0, 500));
        Assert.All(image, value => Assert.Equal(0xEE, value));
        Assert.Throws<FormatException>(() => driver.PrepareBlock("DB1.DBW4", 4));
    }
}
