namespace PlantRuntime.Queue;

/// <summary>
/// Gives a sink session its records in order: from the site's queue (<see cref="QueueConsumer"/>) or from memory (<c>MemoryQueue</c>).
/// Called by one session; <see cref="NextAsync"/>, <see cref="RejectAsync"/> and <see cref="AdvanceAsync"/> may overlap, each one call at a
/// time. <see cref="Finish"/> and <see cref="Close"/> may be called from any thread.
/// </summary>
internal interface IBatchSource
{
    /// <summary>
    /// Waits for records and returns them. Null if the source is closed, or if nothing is left after <see cref="Finish"/>.
    /// </summary>
    ValueTask<SinkBatch?> NextAsync();

    /// <summary>
    /// Makes dead letters of records that the sink rejected permanently; completes when they are stored. The session sends the rest again
    /// only after that: otherwise, after a crash, a sink that ignores duplicates could report a rejected record as stored.
    /// </summary>
    ValueTask RejectAsync(SinkBatch batch, IReadOnlyList<RejectedRecord> refused);

    /// <summary>Records that the sink has finished the batch up to <paramref name="end"/>; completes when that is stored.</summary>
    /// <param name="batch">The batch; batches are finished in the order in which they were returned.</param>
    /// <param name="end">The index of the first record that is neither stored nor a dead letter.</param>
    ValueTask AdvanceAsync(SinkBatch batch, int end);

    /// <summary>Makes <see cref="NextAsync"/> return the waiting records and then null.</summary>
    void Finish();

    /// <summary>Ends the source at once. Records that were returned and not finished go to the next session.</summary>
    void Close();
}
