namespace PlantRuntime.Contracts;

/// <summary>What is wrong with one address.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Message">What was expected, in words a site engineer knows.</param>
/// <param name="Column">Where in the address, from 1; 0 when the type is at fault, not the address.</param>
public sealed record AddressProblem(TagDefinition Tag, string Message, int Column = 1);
