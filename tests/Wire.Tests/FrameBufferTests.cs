namespace PlantRuntime.Wire.Tests;

public class FrameBufferTests
{
    private const int MaxFrame = 20;

    // A frame of the test's own: its first byte is its whole length, 0xEE begins no frame.
    private static int LengthOf(ReadOnlySpan<byte> start) =>
        start[0] == 0xEE ? throw new FrameException("EE begins no frame", start) : start[0];

    private static List<string> Feed(FrameBuffer buffer, ReadOnlySpan<byte> bytes, int slice)
    {
        var frames = new List<string>();
        while (!bytes.IsEmpty)
        {
            var count = Math.Min(slice, bytes.Length);
            bytes[..count].CopyTo(buffer.Free().Span);
            buffer.Commit(count);
            while (buffer.TryRead(out var frame)) frames.Add(Convert.ToHexString(frame.Span));
            bytes = bytes[count..];
        }

        return frames;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Slicing_and_gluing_change_nothing(int slice)
    {
        var frames = Feed(new FrameBuffer(LengthOf, MaxFrame), [3, 1, 2, 1, 5, 9, 9, 9, 9, 2, 7], slice);

        Assert.Equal(["030102", "01", "0509090909", "0207"], frames);
    }

    [Fact]
    public void More_bytes_than_its_memory_pass_through()
    {
        var buffer = new FrameBuffer(LengthOf, MaxFrame);
        var stream = Enumerable.Repeat<byte[]>([7, 1, 2, 3, 4, 5, 6], 2000).SelectMany(frame => frame).ToArray();

        Assert.Equal(2000, Feed(buffer, stream, 100).Count);
        Assert.True(buffer.Unfinished.IsEmpty);
    }

    [Fact]
    public void A_frame_that_says_it_is_too_long_is_refused_before_it_is_there()
    {
        var e = Assert.Throws<FrameException>(() => Feed(new FrameBuffer(LengthOf, MaxFrame), [21, 0xAB], 2));

        Assert.Equal("a frame of 21 bytes, longer than the 20 allowed: 15 AB", e.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(25)]
    [InlineData(1000)]
    public void A_long_frame_is_received_to_its_end_and_only_its_start_is_returned(int slice)
    {
        byte[] Long(int length) => [(byte)length, .. Enumerable.Range(1, length - 1).Select(i => (byte)i)];
        var buffer = new FrameBuffer(LengthOf, MaxFrame, cutsLongFrames: true);
        var frames = Feed(buffer, [2, 7, .. Long(21), .. Long(100), 1, .. Long(20), .. Long(200), 2, 8], slice);

        var start = Convert.ToHexString(Long(200).AsSpan(1, MaxFrame - 1));
        Assert.Equal(["0207", $"15{start}", $"64{start}", "01", $"14{start}", $"C8{start}", "0208"], frames);
        Assert.True(buffer.Unfinished.IsEmpty);
    }

    [Fact]
    public void Garbage_is_shown_as_hex()
    {
        var e = Assert.Throws<FrameException>(() => Feed(new FrameBuffer(LengthOf, MaxFrame), [0xEE, 1, 2], 3));

        Assert.Equal("EE begins no frame: EE 01 02", e.Message);
    }

    [Fact]
    public void An_excerpt_says_how_much_it_leaves_out()
    {
        Assert.Equal("00 01 02 (40 bytes)", HexDump.Excerpt([0, 1, 2, .. new byte[37]], most: 3));
        Assert.Equal("(no bytes)", HexDump.Excerpt([]));
    }
}
