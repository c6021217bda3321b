namespace PlantRuntime.Recipes;

/// <summary>Emitted by <c>Silent</c> when a device delivers failed scans or none. Immutable.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Time">Time of this event in UTC.</param>
/// <param name="Since">Time of the last good scan in UTC; the start of the recipe if there was none.</param>
/// <param name="Reason">Reason of the last failed scan, or "no scan came".</param>
public sealed record SilenceEvent(string Device, DateTime Time, DateTime Since, string Reason);

/// <summary>Emitted by <c>Every</c> of a device after each interval. Immutable.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Time">Time of this event in UTC.</param>
public sealed record TimerEvent(string Device, DateTime Time);
