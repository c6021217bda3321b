namespace PlantRuntime.Contracts;

/// <summary>There is no connection, or it is no longer usable. The host reconnects with backoff.</summary>
/// <param name="message">The event, for the log: "connection reset", "no answer within 3 s".</param>
/// <param name="inner">The causing exception, if any.</param>
public sealed class NotConnectedException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The device refused a write, a block or another request. The connection is usable.</summary>
/// <param name="message">The reason in the terms of the protocol.</param>
public sealed class RefusedException(string message) : Exception(message)
{
    /// <summary>
    /// True if a driver sent nothing because the tag holds whole numbers and the value has a fraction. The host then writes the nearest
    /// whole number, unless site.toml says <c>round = "refuse"</c>.
    /// </summary>
    public bool NeedsWholeNumber { get; init; }
}

/// <summary>Some records of a batch can never be stored. The host does not send them again and keeps them as dead letters.</summary>
/// <param name="message">The reason from the receiver.</param>
/// <param name="indexes">
/// Indexes in the batch of the rejected records; null if the receiver does not report them, so that the host finds them by dividing the
/// batch.
/// </param>
/// <param name="othersAreStored">
/// True if all other records are stored permanently, so that the host does not send them again.
/// </param>
public sealed class RejectedException(string message, IReadOnlyList<int>? indexes = null, bool othersAreStored = false) : Exception(message)
{
    /// <summary>Indexes in the batch of the rejected records, or null if unknown.</summary>
    public IReadOnlyList<int>? Indexes { get; } = indexes;

    /// <summary>True if all other records are stored permanently; always false without <see cref="Indexes"/>.</summary>
    public bool OthersAreStored { get; } = othersAreStored && indexes is { Count: > 0 };
}

/// <summary>The receiver accepts nothing now and states when to retry. The host waits at least that long, at most one hour.</summary>
/// <param name="message">The message of the receiver.</param>
/// <param name="after">Time to wait.</param>
public sealed class RetryAfterException(string message, TimeSpan after) : Exception(message)
{
    /// <summary>Time to wait.</summary>
    public TimeSpan After { get; } = after;
}
