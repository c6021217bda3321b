namespace PlantRuntime.Contracts;

/// <summary>Something that a device says of itself.</summary>
/// <param name="Name">A short word in lower case: "state", "order_number", "pdu".</param>
/// <param name="Text">What it says: "RUN", "6ES7 315-2EH14-0AB0", "240".</param>
/// <param name="IsWrong">True when somebody should look at it: a CPU in STOP.</param>
public sealed record DeviceFact(string Name, string Text, bool IsWrong = false);
