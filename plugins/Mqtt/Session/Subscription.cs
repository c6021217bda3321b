namespace PlantRuntime.Plugins.Mqtt.Session;

/// <summary>A topic filter that somebody reads.</summary>
/// <param name="Filter">The filter.</param>
/// <param name="Readers">The tags that are read from it, for an error.</param>
internal sealed record Subscription(string Filter, string Readers);
