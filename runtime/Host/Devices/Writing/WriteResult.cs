namespace PlantRuntime.Host.Devices.Writing;

/// <summary>How an attempt to write ended.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Reason">Why, where there is something to say.</param>
internal sealed record WriteResult(WriteOutcome Outcome, string? Reason = null);
