namespace PlantRuntime.Recipes;

/// <summary>A device has not delivered a good scan for a while.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Time">When this was noticed, in UTC.</param>
/// <param name="Since">Time of the last good scan, in UTC; the start of the recipe when there was none.</param>
/// <param name="Reason">What the last failed scan said, or that no scan came at all.</param>
public sealed record Silence(string Device, DateTime Time, DateTime Since, string Reason);
