namespace PlantRuntime.Host.Delivery.Queue.Format;

/// <summary>Where a record goes: one recipe, and those of its <c>To</c>'s sinks that have a queue.</summary>
/// <param name="Recipe">File of the recipe, from the site's folder.</param>
/// <param name="Sinks">Names of the sinks, each once.</param>
internal sealed record RouteSet(string Recipe, IReadOnlyList<string> Sinks);
