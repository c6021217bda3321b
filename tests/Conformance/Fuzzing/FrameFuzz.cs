using PlantRuntime.Wire;

namespace PlantRuntime.Conformance.Fuzzing;

/// <summary>Damaged bytes through a frame buffer and a parser: only the declared exception, and little memory.</summary>
public static class FrameFuzz
{
    /// <summary>Takes one frame.</summary>
    public delegate void TakeFrame(ReadOnlySpan<byte> frame);

    /// <summary>Runs so many rounds.</summary>
    /// <param name="seed">Makes the same rounds again.</param>
    /// <param name="rounds">How many.</param>
    /// <param name="frames">A new frame buffer; what it takes does not count.</param>
    /// <param name="make">Makes a round's bytes.</param>
    /// <param name="mostInSlice">Longest piece in which they arrive.</param>
    /// <param name="take">Parses a frame.</param>
    /// <typeparam name="TDeclared">The exception that bytes may end with.</typeparam>
    /// <returns>How many rounds did.</returns>
    public static int Run<TDeclared>(int seed, int rounds, Func<FrameBuffer> frames, Func<Random, byte[]> make, int mostInSlice, TakeFrame take)
        where TDeclared : Exception
    {
        var random = new Random(seed);
        var garbage = 0;
        for (var round = 0; round < rounds; round++)
        {
            var (bytes, buffer) = (make(random), frames());
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                for (var at = 0; at < bytes.Length;)
                {
                    var slice = Math.Min(random.Next(1, mostInSlice), bytes.Length - at);
                    bytes.AsSpan(at, slice).CopyTo(buffer.Free().Span);
                    buffer.Filled(slice);
                    at += slice;
                    while (buffer.TryTake(out var frame)) take(frame.Span);
                }
            }
            catch (TDeclared)
            {
                garbage++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}, round {round}: {e} on {Convert.ToHexString(bytes)}");
            }

            var used = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(used <= (2 * bytes.Length) + (64 << 10), $"seed {seed}, round {round}: {used} bytes for {bytes.Length}");
        }

        return garbage;
    }
}
