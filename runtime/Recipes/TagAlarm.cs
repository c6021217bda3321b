using PlantRuntime.Contracts;

namespace PlantRuntime.Recipes;

/// <summary>Emitted by <c>Alarm</c> when an alarm starts and, with the same id, when it ends. Immutable.</summary>
/// <param name="Id">
/// Identifies the alarm: both records have it, also after a reload or restart in between. 16 hexadecimal digits that follow from the
/// operator, the tag and <paramref name="Start"/>.
/// </param>
/// <param name="Device">Name of the device.</param>
/// <param name="Tag">Name of the tag.</param>
/// <param name="IsActive">True at the start, false at the end.</param>
/// <param name="Time">Time of this start or end in UTC; for a start after its delay.</param>
/// <param name="Start">Time of the first sample that fulfilled the condition, in UTC.</param>
/// <param name="Duration">Time since then, by a clock that is never set.</param>
/// <param name="Value">Value of the tag at this time.</param>
public sealed record TagAlarm(
    string Id, string Device, string Tag, bool IsActive, DateTime Time, DateTime Start, TimeSpan Duration, Value Value);
