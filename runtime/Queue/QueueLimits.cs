using PlantRuntime.Contracts;

namespace PlantRuntime.Queue;

/// <summary>Holds the limits of one sink's share of the queue, from site.toml. Immutable.</summary>
internal sealed record QueueLimits
{
    /// <summary>The largest amount that may wait, in bytes of the queue's file.</summary>
    public ByteSize MaxSize { get; init; } = new(512L << 20);

    /// <summary>Records that wait longer expire.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The action when <see cref="MaxSize"/> is reached.</summary>
    public OverflowPolicy Overflow { get; init; } = OverflowPolicy.DropOldest;
}

/// <summary>The action when a sink's share of the queue is full.</summary>
internal enum OverflowPolicy
{
    /// <summary>Drops the records that have waited longest, and counts them.</summary>
    DropOldest,

    /// <summary>Makes the recipes that write to the sink wait; scans that they miss meanwhile are counted at the recipe.</summary>
    Block,
}
