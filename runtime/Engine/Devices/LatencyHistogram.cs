namespace PlantRuntime.Engine.Devices;

/// <summary>
/// Counts durations, such as how late scans started, in 32 buckets: the first ends at 0.1 ms, each further one 1.5 times higher, and the
/// last one has no upper limit. May be called by any thread. Allocates nothing after its creation.
/// </summary>
internal sealed class LatencyHistogram
{
    private const double FirstMilliseconds = 0.1;
    private const double Growth = 1.5;
    private readonly long[] _buckets = new long[32];

    public void Add(TimeSpan late)
    {
        var bucket = late.TotalMilliseconds <= FirstMilliseconds
            ? 0 : (int)Math.Ceiling(Math.Log(late.TotalMilliseconds / FirstMilliseconds, Growth));
        Interlocked.Increment(ref _buckets[Math.Min(bucket, _buckets.Length - 1)]);
    }

    /// <summary>
    /// Returns a duration that a share of all counted ones (0 to 1) did not exceed. It is at most half too high between 0.1 ms and 28.8 s,
    /// which also stands for all longer ones.
    /// </summary>
    public TimeSpan Percentile(double share)
    {
        var left = (long)Math.Ceiling(_buckets.Sum() * share);
        for (var i = 0; i < _buckets.Length; i++)
        {
            left -= _buckets[i];
            if (left <= 0) return TimeSpan.FromMilliseconds(FirstMilliseconds * Math.Pow(Growth, i));
        }

        return TimeSpan.Zero;
    }
}
