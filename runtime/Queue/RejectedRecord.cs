namespace PlantRuntime.Queue;

/// <summary>Names a record of a <see cref="SinkBatch"/> that the sink rejected permanently. Immutable.</summary>
/// <param name="Index">The index of the record in the batch.</param>
/// <param name="Reason">The sink's reason.</param>
/// <param name="Tries">The number of times that it was sent.</param>
internal readonly record struct RejectedRecord(int Index, string Reason, int Tries);
