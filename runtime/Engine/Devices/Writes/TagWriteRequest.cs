using PlantRuntime.Contracts;

namespace PlantRuntime.Engine.Devices.Writes;

/// <summary>Describes a request to write a tag. Immutable.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Value">The value, in the tag's unit.</param>
/// <param name="Timestamp">Monotonic time from which its age counts.</param>
/// <param name="Who">Origin of the request: <c>recipes/press.csx(3,1)</c>, <c>user anna</c>, <c>user anna at 10.0.0.7</c>.</param>
/// <param name="Refusal">The reason why the origin itself refuses the value, or null.</param>
internal readonly record struct TagWriteRequest(string Device, string Tag, Value Value, long Timestamp, string Who, string? Refusal = null);

/// <summary>Describes how an attempt to write ended. Immutable.</summary>
/// <param name="Outcome">The outcome.</param>
/// <param name="Reason">The reason, if there is one.</param>
internal sealed record WriteResult(WriteOutcome Outcome, string? Reason = null);

/// <summary>Classifies the end of an attempt to write; <c>snake_case</c> in the audit log.</summary>
internal enum WriteOutcome
{
    /// <summary>The device confirmed the write.</summary>
    Written,

    /// <summary>Not written: not allowed, out of range, not connected, or the device refused.</summary>
    Refused,

    /// <summary>Not written: the value was older than the tag allows when its turn came.</summary>
    TooOld,

    /// <summary>Not written: a newer value for the same tag came before its turn.</summary>
    Replaced,

    /// <summary>Sent, but the device did not confirm. The write is not sent again.</summary>
    Unknown,

    /// <summary>The device confirmed the write, but the tag has another value.</summary>
    Differs,
}

/// <summary>Describes an action of a user for the audit log. Immutable.</summary>
/// <param name="Who">The user: <c>user anna</c>.</param>
/// <param name="Address">The address of the client; null on the site's socket.</param>
/// <param name="Action">The action: <c>login</c>, <c>restart</c>.</param>
/// <param name="Subject">The name of the object of the action, or null.</param>
/// <param name="Outcome"><c>done</c>, <c>refused</c>, <c>failed</c>.</param>
/// <param name="Reason">The reason, if there is one.</param>
internal sealed record UserAction(string Who, string? Address, string Action, string? Subject, string Outcome, string? Reason = null);
