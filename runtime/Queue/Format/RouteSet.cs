namespace PlantRuntime.Queue.Format;

/// <summary>
/// Names the recipe of a record and the sinks of its <c>To</c> that have a queue. Immutable. Encoder and buffer compare instances by
/// reference: each <c>To</c> keeps one.
/// </summary>
/// <param name="Recipe">The file of the recipe, relative to the site's folder.</param>
/// <param name="Sinks">The names of the sinks, each once.</param>
internal sealed record RouteSet(string Recipe, IReadOnlyList<string> Sinks);
