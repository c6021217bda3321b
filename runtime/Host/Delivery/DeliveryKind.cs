namespace PlantRuntime.Host.Delivery;

/// <summary><c>delivery = …</c> of a sink.</summary>
internal enum DeliveryKind
{
    /// <summary>Through the site's queue on disk: nothing committed is lost.</summary>
    Queued,

    /// <summary>From memory, for a file or a screen beside the host.</summary>
    Direct,
}
