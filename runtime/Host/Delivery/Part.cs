namespace PlantRuntime.Host.Delivery;

/// <summary>Records of a portion that are sent together.</summary>
/// <param name="Records">Their places in the portion, ascending.</param>
/// <param name="Tries">How often they were refused together with others.</param>
internal sealed record Part(int[] Records, int Tries);
