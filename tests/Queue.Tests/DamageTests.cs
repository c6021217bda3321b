namespace PlantRuntime.Queue.Tests;

public class DamageTests
{
    /// <summary>
    /// A single flipped bit somewhere in the database or its log: nearly all of it is still there, nothing is wrong, nothing was deleted.
    /// </summary>
    [Theory]
    [InlineData(1, 60)]
    [InlineData(2, 6000)]
    public async Task One_flipped_bit_costs_a_batch_at_most(int seed, int padding)
    {
        var random = new Random(seed);
        for (var i = 0; i < 8; i++)
        {
            using var fixture = new QueueFixture();
            for (var j = 0; j < 200; j++) await fixture.AddAsync(20, padding / 20);
            fixture.Crash(() => Flip(random, i % 2 == 0 ? fixture.Folder.Path : fixture.Folder.LogPath));
            var found = await fixture.DrainAsync();
            Assert.True(found.Count >= fixture.Added * 0.99, $"seed {seed}, damage {i}: {found.Count} of {fixture.Added}");
            Assert.Equal(found.Order().Distinct(), found);
            Assert.True(fixture.Account.Produced == fixture.Account.Delivered + fixture.Account.Damaged,
                $"{fixture.Account.Produced} {fixture.Account.Delivered} {fixture.Account.Damaged}");
        }
    }

    /// <summary>Kilobytes of rubbish, cut-off ends, an empty file: it starts, moves the ruins aside and goes on.</summary>
    [Fact]
    public async Task Ruins_are_moved_aside_and_the_queue_goes_on()
    {
        var random = new Random(3);
        for (var i = 0; i < 12; i++)
        {
            using var fixture = new QueueFixture();
            for (var j = 0; j < 50; j++) await fixture.AddAsync(20, 300);
            fixture.Reopen(() => Ruin(random, fixture.Folder.Path, i));
            var found = await fixture.DrainAsync();
            Assert.Equal(found.Order().Distinct(), found);
            Assert.All(found, n => Assert.InRange(n, 1, fixture.Added));
            var before = fixture.Added;
            await fixture.AddAsync(10);
            Assert.Equal(Enumerable.Range(before + 1, 10), await fixture.DrainAsync());
            Assert.NotEmpty(Directory.GetFiles(fixture.Folder.Damaged.Path));
        }
    }

    private static void Flip(Random random, string path)
    {
        if (!File.Exists(path) || new FileInfo(path).Length == 0) return;
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = random.NextInt64(file.Length);
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ (1 << random.Next(8))));
    }

    private static void Ruin(Random random, string path, int kind)
    {
        using var file = File.Open(path, FileMode.Open, FileAccess.ReadWrite);
        var rubbish = new byte[5000];
        random.NextBytes(rubbish);
        switch (kind % 4)
        {
            case 0: file.Position = 0; break;
            case 1: file.Position = random.NextInt64(file.Length / 2); break;
            case 2: file.SetLength(random.NextInt64(4096, file.Length - 5000)); return;
            default: file.Position = 4096 * random.Next(2, 6); break;
        }

        file.Write(rubbish);
    }
}
