namespace PlantRuntime.Contracts;

/// <summary>
/// A receiver of records. The host makes one call at a time and performs all batching, waiting and retries. After a crash a sink can
/// receive a record again with the same <see cref="Record.Id"/>; a sink that can detect duplicates ignores it.
/// </summary>
public interface ISink : IAsyncDisposable
{
    /// <summary>Opens the file or connection. The host calls it again after a failure; it closes an open one first.</summary>
    ValueTask ConnectAsync(CancellationToken cancel);

    /// <summary>
    /// Stores a batch. Returning means that all records are stored permanently; throwing means that none is. The host owns the batch: the
    /// sink must not keep any part of it after the call.
    /// </summary>
    /// <exception cref="NotConnectedException">The connection is lost; the host reconnects and retries.</exception>
    /// <exception cref="RejectedException">
    /// Some records can never be stored; the host keeps them as dead letters and sends the others again unless they are stored.
    /// </exception>
    /// <exception cref="RetryAfterException">The receiver states when to retry.</exception>
    /// <exception cref="Exception">
    /// The host retries with backoff. After three consecutive exceptions that indicate an error in the code (null reference, argument out
    /// of range, invalid cast) the host parks the sink, and its records wait.
    /// </exception>
    ValueTask WriteAsync(RecordBatch batch, CancellationToken cancel);
}

/// <summary>A sink whose receiver may need longer to answer than the 10 s that the host gives other sinks.</summary>
public interface IPatientSink : ISink
{
    /// <summary>Longest time of one call, from 1 s to 5 min. The host reads it once, before the first connect.</summary>
    TimeSpan CallTimeout { get; }
}

/// <summary>
/// A sink whose receiver accepts records in any order. The host calls <see cref="ISink.WriteAsync"/> concurrently with several batches,
/// each a different object. A failure of one does not cancel the others; the host reconnects when all calls have returned.
/// </summary>
public interface IParallelSink : ISink
{
    /// <summary>Largest number of concurrent batches, at least 1. The host reads it once, before the first connect.</summary>
    int BatchesAtOnce { get; }
}

/// <summary>A sink whose receiver accepts fewer records at a time than a batch of the host has, which is 500 at most.</summary>
public interface ILimitedSink : ISink
{
    /// <summary>
    /// Most records of one call, at least 1; the host divides larger batches. It reads the number once, before the first connect.
    /// </summary>
    int MostRecords { get; }
}
