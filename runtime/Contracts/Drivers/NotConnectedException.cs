namespace PlantRuntime.Contracts;

/// <summary>There is no connection, or it can no longer be trusted: the host connects again, with backoff.</summary>
/// <param name="message">What happened, for the log: "connection reset", "no answer within 3 s".</param>
/// <param name="inner">The exception behind it, if any.</param>
public sealed class NotConnectedException(string message, Exception? inner = null) : Exception(message, inner);
