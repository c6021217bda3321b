namespace PlantRuntime.Conformance;

/// <summary>
/// Measures the bytes that the whole process allocates for an operation. Call it from a test that runs alone, because everything else in
/// the process counts too.
/// </summary>
public static class AllocationMeter
{
    private const int Batches = 20;
    private const int ShortBatches = 60;

    /// <summary>
    /// Returns the bytes that this thread allocates for an operation. One that exceeds the limit runs a second time, and that counts: a
    /// pool that a collection has emptied, or code that is compiled anew, costs whoever comes first; the operation costs what it costs each
    /// time.
    /// </summary>
    /// <param name="limit">The most bytes that the operation may allocate.</param>
    /// <param name="operation">Runs once or twice.</param>
    public static long ThreadBytes(long limit, Action operation)
    {
        var used = Once();
        return used > limit ? Once() : used;

        long Once()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            operation();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    /// <summary>
    /// Returns the bytes of the cheapest of 20 batches of 100 operations. The thread pool allocates a few bytes every tenth of a second,
    /// which does not affect every batch; allocations of the operation do. On a machine so busy that every batch lasts longer, batches of
    /// 20 operations follow. Runs without the test framework's synchronization context, which allocates for each continuation.
    /// </summary>
    public static Task<long> LeastBytesAsync(Func<ValueTask> operation) => Task.Run(async () =>
    {
        var least = long.MaxValue;
        for (var batch = 0; batch < Batches + ShortBatches && (batch < Batches || least > 0); batch++)
        {
            var operations = batch < Batches ? 100 : 20;
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < operations; i++) await operation().ConfigureAwait(false);
            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: true) - before);
        }

        return least;
    });
}
