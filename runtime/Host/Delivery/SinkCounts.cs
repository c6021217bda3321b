namespace PlantRuntime.Host.Delivery;

/// <summary>What became of the records of a sink: produced = delivered + waiting + rejected + dropped, always.</summary>
/// <param name="Produced">Handed over by recipes.</param>
/// <param name="Delivered">Stored by the sink.</param>
/// <param name="Waiting">Still here.</param>
/// <param name="Rejected">Refused by the sink for good.</param>
/// <param name="Dropped">Not taken, because too much was waiting; or given up when the host had to end.</param>
internal readonly record struct SinkCounts(long Produced, long Delivered, long Waiting, long Rejected, long Dropped);
