using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Models;

/// <summary>The limits of a sink's waiting records, <c>queue = { … }</c>. Immutable.</summary>
internal sealed record QueueOptions : IValidatedOptions
{
    private const long LeastSize = 1 << 20;

    /// <summary>Largest size of the waiting records in the queue's file, at least 1MB.</summary>
    public ByteSize MaxSize { get; init; } = new(512L << 20);

    /// <summary>Age at which a waiting record expires, from 1s to 3650d.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromDays(7);

    /// <summary>The policy when that size is reached.</summary>
    public WhenFull WhenFull { get; init; } = WhenFull.DropOldest;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (MaxAge < TimeSpan.FromSeconds(1) || MaxAge > TimeSpan.FromDays(3650))
            yield return ("max_age", "expected \"1s\" to \"3650d\", for instance \"7d\"");
        if (MaxSize.Bytes < LeastSize) yield return ("max_size", "is less than \"1MB\": a single batch may need a quarter of that");
    }
}

/// <summary>The policy of a sink's full queue.</summary>
internal enum WhenFull
{
    /// <summary>Drops the oldest records and counts them.</summary>
    DropOldest,

    /// <summary>Blocks the recipes that write to it; scans that their devices deliver meanwhile are dropped and counted there.</summary>
    Block,
}
