namespace PlantRuntime.Recipes;

/// <summary>
/// Emitted by <c>Events</c> when a tag is no longer TRUE or beyond a limit; with <c>reportStart</c> also when it begins to be. Immutable.
/// </summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Start">Time of the first sample that was TRUE, in UTC.</param>
/// <param name="End">Time of the first sample after the event, in UTC; of an event that has only started, its start.</param>
/// <param name="Duration">
/// Duration of the event. It is correct even if the wall clock was set in between, when <paramref name="End"/> − <paramref name="Start"/>
/// is not.
/// </param>
public sealed record TagEvent(string Device, string Tag, DateTime Start, DateTime End, TimeSpan Duration)
{
    /// <summary>True for the start of an event, which then has no duration yet.</summary>
    public bool IsOpen { get; init; }
}
