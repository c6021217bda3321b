namespace PlantRuntime.Recipes;

/// <summary>
/// Emitted by <c>Events</c> when a tag is no longer TRUE or beyond a limit; with <c>reportStart</c> also when it begins to be. Immutable.
/// </summary>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="Start">Time of the first sample that was TRUE, in UTC.</param>
/// <param name="End">Time of the first sample after the event, in UTC; <paramref name="Start"/> while it is open.</param>
/// <param name="Duration">
/// Duration of the event. It is correct even if the wall clock was set in between, when <paramref name="End"/> − <paramref name="Start"/>
/// is not.
/// </param>
public sealed record TagEvent(string Device, string Tag, DateTime Start, DateTime End, TimeSpan Duration)
{
    /// <summary>
    /// Identifies the event with <c>Events(reportStart: true)</c>: start and end have the same, also after a restart or an edit that keeps
    /// the operator's state. Null without <c>reportStart</c>. The part before "-" is that of all events of this tag and operator.
    /// </summary>
    public string? Id { get; init; }

    /// <summary><see cref="Id"/> of the tag's event before; null for the first one.</summary>
    public string? PreviousId { get; init; }

    /// <summary>True for the start of an event, which has no end yet: its <see cref="Duration"/> is zero.</summary>
    public bool IsOpen { get; init; }
}
