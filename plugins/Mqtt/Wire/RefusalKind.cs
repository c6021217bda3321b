namespace PlantRuntime.Plugins.Mqtt.Wire;

/// <summary>What becomes of a message that the broker refused.</summary>
internal enum RefusalKind
{
    /// <summary>It can never be published as it is.</summary>
    Rejected,

    /// <summary>It may be taken another time.</summary>
    TryLater,

    /// <summary>Broker and client do not mean the same by a packet id: only a new connection helps.</summary>
    OutOfStep,
}
