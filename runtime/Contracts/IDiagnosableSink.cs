namespace PlantRuntime.Contracts;

/// <summary>
/// A sink that can try the way to its receiver step by step, for `plant doctor`, without storing, changing or creating anything there.
/// </summary>
public interface IDiagnosableSink : ISink
{
    /// <summary>
    /// The receiver as "host:port", whose name the host resolves and whose port it opens before <see cref="DiagnoseAsync"/>. Null for a
    /// file, and for a receiver behind a proxy.
    /// </summary>
    string? Endpoint { get; }

    /// <summary>
    /// Tries each step over a connection of its own and closes it, up to the first step without which no other can succeed. Never throws
    /// for what is wrong with the receiver: that is a failed step. What cannot be known without a record is said in a good step. Called
    /// instead of <see cref="ISink.ConnectAsync"/>, also while another process uses the receiver for the same sink, whose connection must
    /// stay. <paramref name="cancel"/> is cancelled when one step takes longer than the calls of the sink may take.
    /// </summary>
    IAsyncEnumerable<DiagnosisStep> DiagnoseAsync(CancellationToken cancel);
}
