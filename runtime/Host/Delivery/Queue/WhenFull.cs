namespace PlantRuntime.Host.Delivery.Queue;

/// <summary>What gives way when a sink's queue is full.</summary>
internal enum WhenFull
{
    /// <summary>The records that have waited longest, counted.</summary>
    DropOldest,

    /// <summary>The recipes that write to it: they wait, and what their devices deliver meanwhile is left out and counted there.</summary>
    Block,
}
