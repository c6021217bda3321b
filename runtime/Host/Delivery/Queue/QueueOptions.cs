using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Delivery.Queue;

/// <summary><c>queue = { … }</c> of a sink: what may wait for it.</summary>
internal sealed record QueueOptions : IValidatedOptions
{
    private const long LeastSize = 1 << 20;

    /// <summary>The most that may wait, in bytes of the queue's file.</summary>
    public ByteSize MaxSize { get; init; } = new(512L << 20);

    /// <summary>Records that wait longer are given up.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>What gives way when more than that waits.</summary>
    public WhenFull WhenFull { get; init; } = WhenFull.DropOldest;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (MaxAge < TimeSpan.FromSeconds(1) || MaxAge > TimeSpan.FromDays(3650))
            yield return ("max_age", "expected \"1s\" to \"3650d\", for instance \"7d\"");
        if (MaxSize.Bytes < LeastSize) yield return ("max_size", "is less than \"1MB\": a single batch may need a quarter of that");
    }
}
