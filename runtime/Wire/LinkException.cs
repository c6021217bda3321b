namespace PlantRuntime.Wire;

/// <summary>A connection is gone or can no longer be trusted. The message is a plain sentence for a log line.</summary>
/// <param name="message">What happened.</param>
/// <param name="inner">The exception behind it, if any.</param>
public class LinkException(string message, Exception? inner = null) : Exception(message, inner);
