namespace PlantRuntime.Host.Devices.Writing;

/// <summary>What became of an attempt to write; <c>snake_case</c> in the audit log.</summary>
internal enum WriteOutcome
{
    /// <summary>The device said that it took the value.</summary>
    Written,

    /// <summary>Not written: not allowed, out of range, not connected, or the device said no.</summary>
    Refused,

    /// <summary>Not written: the value was older than the tag allows when its turn came.</summary>
    TooOld,

    /// <summary>Not written: a newer value for the same tag came before its turn.</summary>
    Replaced,

    /// <summary>Sent, but the device did not say what became of it. It is not sent again.</summary>
    Unknown,

    /// <summary>The device said that it took the value, but the tag holds another one.</summary>
    Differs,
}
