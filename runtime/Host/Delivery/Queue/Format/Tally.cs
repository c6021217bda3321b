namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>How much of a batch goes one way.</summary>
/// <param name="Routes">The way.</param>
/// <param name="Records">Number of records.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record Tally(RouteSet Routes, int Records, int Bytes);
