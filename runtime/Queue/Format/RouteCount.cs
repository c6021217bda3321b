namespace PlantRuntime.Queue.Format;

/// <summary>Counts the records of a batch that have the same recipe and sinks. Immutable.</summary>
/// <param name="Route">The recipe and its sinks.</param>
/// <param name="Records">The number of records.</param>
/// <param name="Bytes">The size of the records in the batch, in bytes, with the tags and devices that they introduced.</param>
internal sealed record RouteCount(RouteSet Route, int Records, int Bytes);
