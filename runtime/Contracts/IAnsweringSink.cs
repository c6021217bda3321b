namespace PlantRuntime.Contracts;

/// <summary>A sink whose receiver answers a record with data, which a recipe gets by <c>Ask</c>.</summary>
public interface IAnsweringSink : ISink
{
    /// <summary>
    /// Sends one record and returns the answer. The record's memory belongs to the host. Each call has the deadline of
    /// <see cref="ISink.WriteAsync"/>. The host makes one call at a time, or up to <see cref="IParallelSink.BatchesAtOnce"/>, also while it
    /// writes batches. A record whose answer the host could not store before it ended is sent again with the same
    /// <see cref="Record.Id"/>.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects and asks again.</exception>
    /// <exception cref="RejectedException">There will never be an answer; the host keeps the record as a dead letter.</exception>
    /// <exception cref="RetryAfterException">The receiver states when to ask again.</exception>
    /// <exception cref="Exception">The host asks again with backoff, as it retries <see cref="ISink.WriteAsync"/>.</exception>
    ValueTask<SinkAnswer> AskAsync(Record request, CancellationToken cancel);
}

/// <summary>The answer of a receiver to one record.</summary>
/// <param name="Status">Status code in the terms of the protocol; 200 for a success without one.</param>
/// <param name="Body">The answer as text in UTF-8, for instance JSON; may be empty. The host keeps it: the sink must not reuse it.</param>
public readonly record struct SinkAnswer(int Status, ReadOnlyMemory<byte> Body);
