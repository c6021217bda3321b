namespace PlantRuntime.Recipes;

/// <summary>A tag was TRUE, or beyond a threshold, from a start to an end.</summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Start">Time of the first sample that was TRUE, in UTC.</param>
/// <param name="End">Time of the first one that was not any more, in UTC.</param>
/// <param name="Duration">
/// How long it lasted. When the clock was stepped in between, this is right and <paramref name="End"/> − <paramref name="Start"/> is not.
/// </param>
public sealed record TagEvent(string Device, string Tag, DateTime Start, DateTime End, TimeSpan Duration);
