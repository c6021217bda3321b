namespace PlantRuntime.Host.Delivery;

/// <summary>A record that its sink will never store.</summary>
/// <param name="Index">Place in its portion.</param>
/// <param name="Reason">Why, in the sink's words.</param>
/// <param name="Tries">How often it was sent.</param>
internal readonly record struct Refusal(int Index, string Reason, int Tries);
