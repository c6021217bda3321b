namespace PlantRuntime.Plugins.Nats.Publishing;

/// <summary>One message of a batch. Its <see cref="MessageList"/> owns it.</summary>
/// <param name="Record">Index in the batch of the record, or of the record whose tag the message carries.</param>
/// <param name="Subject">The subject.</param>
/// <param name="Id">The identity for <c>Nats-Msg-Id</c>; null for a record without one.</param>
/// <param name="Start">Offset of the payload in the list's buffer.</param>
/// <param name="Length">Length of the payload in bytes.</param>
internal record struct OutgoingMessage(int Record, string Subject, string? Id, int Start, int Length)
{
    public DeliveryStep Step { get; set; }

    /// <summary>Fencing token of the term of the lease in which the record was made; null if the site has no lease.</summary>
    public string? Token { get; init; }

    /// <summary>True if the record is sent after that term.</summary>
    public bool IsLate { get; init; }
}

/// <summary>The state of one message.</summary>
internal enum DeliveryStep
{
    /// <summary>It is to be sent.</summary>
    Waiting,

    /// <summary>It was sent on this connection and is not acknowledged.</summary>
    InFlight,

    /// <summary>The stream has it, or it is refused for good.</summary>
    Done,
}
