namespace PlantRuntime.Contracts;

/// <summary>The far end takes nothing now and says when to come again; the host waits at least that long, up to an hour.</summary>
/// <param name="message">What it said.</param>
/// <param name="after">How long to wait.</param>
public sealed class RetryAfterException(string message, TimeSpan after) : Exception(message)
{
    /// <summary>How long to wait.</summary>
    public TimeSpan After { get; } = after;
}
