namespace PlantRuntime.Contracts;

/// <summary>
/// Somewhere records go. The host calls one method at a time and does all batching, waiting and retrying. A sink may see a record twice
/// after a crash; <see cref="Record.Id"/> is then the same, so a sink that can refuse duplicates does.
/// </summary>
public interface ISink : IAsyncDisposable
{
    /// <summary>Opens the file or connection. Called again after any failure: it drops what was open first.</summary>
    ValueTask ConnectAsync(CancellationToken cancel);

    /// <summary>
    /// Stores a batch. Returning means stored for good; throwing means that nothing of it counts as stored. The batch is the host's:
    /// nothing of it may be kept after returning.
    /// </summary>
    /// <exception cref="NotConnectedException">The host connects again, then retries.</exception>
    /// <exception cref="RejectedException">
    /// These records can never be stored; the host sets them aside as dead letters and sends the rest again, unless that is stored.
    /// </exception>
    /// <exception cref="RetryAfterException">The far end says when to come again.</exception>
    /// <exception cref="Exception">
    /// Anything else is retried with backoff; after three in a row that only a mistake in code explains (a null reference, an argument out
    /// of
    /// range, a wrong cast) the sink is parked and its records wait.
    /// </exception>
    ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel);
}
