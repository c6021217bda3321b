namespace PlantRuntime.Conformance.Drivers;

/// <summary>An address that a driver must refuse.</summary>
/// <param name="Address">The address.</param>
/// <param name="Column">Column, from 1, at which it must be shown, 0 when the type is at fault; null when any place in it will do.</param>
/// <param name="Type">Type given apart from the address, or null.</param>
public sealed record WrongAddress(string Address, int? Column = null, string? Type = null);
