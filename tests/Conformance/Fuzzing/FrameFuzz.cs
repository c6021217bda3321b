using PlantRuntime.Wire;

namespace PlantRuntime.Conformance.Fuzzing;

/// <summary>Damaged bytes through a frame buffer and a parser: only the declared exception, and little memory.</summary>
public static class FrameFuzz
{
    /// <summary>Takes one frame.</summary>
    public delegate void TakeFrame(ReadOnlySpan<byte> frame);

    /// <summary>Runs so many rounds.</summary>
    /// <param name="seed">Makes the same rounds again.</param>
    /// <param name="rounds">Number of rounds.</param>
    /// <param name="frames">A new frame buffer; what it takes does not count.</param>
    /// <param name="make">Makes a round's bytes.</param>
    /// <param name="mostInSlice">Longest piece in which they arrive.</param>
    /// <param name="take">Parses a frame.</param>
    /// <typeparam name="TDeclared">The exception that bytes may end with.</typeparam>
    /// <returns>Number of rounds that ended with it.</returns>
    public static int Run<TDeclared>(int seed, int rounds, Func<FrameBuffer> frames, Func<Random, byte[]> make, int mostInSlice,
        TakeFrame take)
        where TDeclared : Exception
    {
        var random = new Random(seed);
        var garbage = 0;
        for (var round = 0; round < rounds; round++)
        {
            var bytes = make(random);
            var most = (2 * bytes.Length) + (64 << 10);
            try
            {
                var used = Once(bytes);

                // A pool that a collection has emptied is filled again once, whoever comes first; what a frame costs it costs every time.
                if (used > most) used = Once(bytes);
                Assert.True(used <= most, $"seed {seed}, round {round}: {used} bytes for {bytes.Length}");
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"seed {seed}, round {round}: {e} on {Convert.ToHexString(bytes)}");
            }

            long Once(byte[] all)
            {
                var (buffer, slices) = (frames(), new Random(seed + round));
                var before = GC.GetAllocatedBytesForCurrentThread();
                try
                {
                    for (var at = 0; at < all.Length;)
                    {
                        var slice = Math.Min(slices.Next(1, mostInSlice), all.Length - at);
                        all.AsSpan(at, slice).CopyTo(buffer.Free().Span);
                        buffer.Commit(slice);
                        at += slice;
                        while (buffer.TryRead(out var frame)) take(frame.Span);
                    }
                }
                catch (TDeclared)
                {
                    garbage++;
                }

                return GC.GetAllocatedBytesForCurrentThread() - before;
            }
        }

        return garbage;
    }
}
