using System.Threading.Channels;
using PlantRuntime.Contracts;
using PlantRuntime.Engine.Devices;
using PlantRuntime.Engine.Devices.Blocks;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Blocks;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Engine.Tests.Devices.Blocks;

public class BlockScansTests
{
    [Fact]
    public async Task A_block_becomes_scans_of_one_image_and_a_failed_one_when_it_cannot_be_read()
    {
        await using var bench = new MirrorFixture();
        await bench.Log.WhenAsync("CONNECTED", 2);
        var listener = new Listener();
        var schema = new ScanSchema("press", [new Tag(0, "first", "press"), new Tag(1, "last", "press")]);
        var decoding = new BlockDecoding(new SourceNode(schema), "DB500", 14, MirrorFixture.Every,
            [new("first", 0, DataType.UInt), new("last", 12, DataType.Int)]);
        var scans = new BlockScans(decoding, bench.SourceRunner, listener, bench.Time);
        scans.Start();
        Assert.Equal("1: 258 3342", await listener.NextAsync());

        bench.Source.OnRead = (into, _) =>
        {
            into.Span.Fill(0x77);
            throw new RefusedException("no two of 16 readings agree");
        };
        await bench.Time.WhenArmedAsync();
        bench.Time.Advance(MirrorFixture.Every);
        Assert.Equal("2: no two of 16 readings agree BAD_COMM BAD_COMM", await listener.NextAsync());
        scans.Stop();
    }

    private sealed class Listener : IScanListener
    {
        private readonly Channel<string> _scans = Channel.CreateUnbounded<string>();

        public async Task<string> NextAsync() => await _scans.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

        public void OnScan(in ScanInfo header, ReadOnlySpan<Sample> samples)
        {
            var words = new List<string> { $"{header.Number}:" };
            if (header.Failure is { } failure) words.Add(failure);
            foreach (var sample in samples) words.Add(sample.Quality == Quality.Good ? sample.Value.ToString() : sample.Quality.ToText());
            _scans.Writer.TryWrite(string.Join(' ', words));
        }
    }
}
