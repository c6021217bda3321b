namespace PlantRuntime.Host.Devices;

/// <summary>How late scans began: a histogram of fixed size, in buckets that grow by half.</summary>
internal sealed class Lateness
{
    private const double FirstMilliseconds = 0.1;
    private const double Growth = 1.5;
    private readonly long[] _buckets = new long[32];

    public void Add(TimeSpan late)
    {
        var bucket = late.TotalMilliseconds <= FirstMilliseconds ? 0 : (int)Math.Ceiling(Math.Log(late.TotalMilliseconds / FirstMilliseconds, Growth));
        Interlocked.Increment(ref _buckets[Math.Min(bucket, _buckets.Length - 1)]);
    }

    /// <summary>The lateness that a share of all scans (0 to 1) did not exceed; an upper bound, at most half too high.</summary>
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

    public void Merge(Lateness other)
    {
        for (var i = 0; i < _buckets.Length; i++) _buckets[i] += other._buckets[i];
    }
}
