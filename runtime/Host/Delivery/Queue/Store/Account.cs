namespace PlantRuntime.Host.Delivery.Queue.Store;

/// <summary>
/// What became of the records of one route, a recipe and a sink, since the queue was made: produced = delivered + waiting + expired +
/// dead-lettered + dropped + damaged, always.
/// </summary>
internal sealed class Account(string recipe, string sink)
{
    public string Recipe { get; } = recipe;

    public string Sink { get; } = sink;

    /// <summary>Taken from the recipe and committed, or dropped before that.</summary>
    public long Produced { get; set; }

    /// <summary>Stored by the sink.</summary>
    public long Delivered { get; set; }

    /// <summary>Too old before the sink took them.</summary>
    public long Expired { get; set; }

    /// <summary>Refused by the sink for good and set aside.</summary>
    public long DeadLettered { get; set; }

    /// <summary>Gone because too much was waiting.</summary>
    public long Dropped { get; set; }

    /// <summary>Lost by a damaged disk.</summary>
    public long Damaged { get; set; }

    /// <summary>Still to be delivered.</summary>
    public long Waiting => Produced - Delivered - Expired - DeadLettered - Dropped - Damaged;

    /// <summary>True when it changed since it was stored.</summary>
    public bool IsDirty { get; set; }

    public Account Copy() => (Account)MemberwiseClone();
}
