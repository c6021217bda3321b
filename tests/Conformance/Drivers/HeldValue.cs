using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

/// <summary>A value that the device under test holds and keeps.</summary>
/// <param name="Address">Address in the driver's language.</param>
/// <param name="Type">Type given apart from the address, or null.</param>
/// <param name="Value">What reading it must give: kind and content.</param>
public sealed record HeldValue(string Address, string? Type, Value Value);
