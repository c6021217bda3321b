using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;

namespace PlantRuntime.Recipes;

/// <content>Events and alarms. Those that are open are carried over when a recipe is edited.</content>
public sealed partial class ScanFlow
{
    /// <summary>
    /// Emits an event with start, end and duration for each period in which a tag is TRUE (a number: not 0), at its end. With
    /// <paramref name="above"/> or <paramref name="below"/>, an event is a period in which a number is beyond the limit:
    /// <c>Events("temp", above: 80, clear: 75)</c> starts above 80 and ends at 75 or below. If a tag is TRUE in the first scan, the event
    /// starts there.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="above">An event starts above this number.</param>
    /// <param name="below">An event starts below this number; not together with <paramref name="above"/>.</param>
    /// <param name="clear">An event ends at this number (hysteresis); by default at the limit.</param>
    /// <param name="endsWhenBad">True if a bad value also ends an event; by default only a good value does.</param>
    /// <param name="reportStart">
    /// True to emit each event also at its start, as an event with <see cref="TagEvent.IsOpen"/>; both have the same
    /// <see cref="TagEvent.Id"/>. A sink with a table of events, such as sqlite, then has its row while it is open.
    /// </param>
    public Flow<TagEvent> Events(string tags = "*", double? above = null, double? below = null, double? clear = null,
        bool endsWhenBad = false, bool reportStart = false)
    {
        var threshold = CheckedThreshold("an event", "Events", above, below, clear);
        TagPattern.Check(_plan, _branches, [tags]);
        var flow = new Flow<TagEvent>(_plan, e => (e.End, e.Device));
        return End(
            flow,
            schema => new EventsNode(schema, TagPattern.Match(schema, [tags]), threshold, endsWhenBad, reportStart, flow, _plan.Clock),
            "Events", [tags], Named(above), Named(below), Named(clear), endsWhenBad ? nameof(endsWhenBad) : null,
            reportStart ? nameof(reportStart) : null);
    }

    /// <summary>
    /// Emits an alarm when it starts and, with the same id, when it ends. Without a condition, an alarm is a period in which a tag is TRUE
    /// (a number: not 0). A bad value neither starts nor ends an alarm. An alarm that lasts keeps its id over a reload and a restart.
    /// </summary>
    /// <param name="tags">Which tags; each has its own alarms.</param>
    /// <param name="above">An alarm starts above this number.</param>
    /// <param name="below">An alarm starts below this number; not together with <paramref name="above"/>.</param>
    /// <param name="equals">
    /// An alarm lasts while the tag has this value: <c>equals: 3</c>, <c>equals: "FAULT"</c>, <c>equals: false</c>.
    /// </param>
    /// <param name="clear">An alarm that has started ends at this number (hysteresis); by default at the limit.</param>
    /// <param name="after">
    /// An alarm starts when its condition has been true for this time without interruption, by the times of the samples. If no further
    /// sample comes, the last value counts. By default it starts at once.
    /// </param>
    public Flow<TagAlarm> Alarm(string tags, double? above = null, double? below = null, Value equals = default, double? clear = null,
        TimeSpan after = default)
    {
        var threshold = CheckedThreshold("an alarm", "Alarm", above, below, clear);
        if (!equals.IsNull && (above ?? below) is not null) _plan.Report("an alarm has one condition: above, below or equals");
        if (after < TimeSpan.Zero) _plan.Report($"after is a duration, for instance after: 10.Seconds, not {after}");
        TagPattern.Check(_plan, _branches, [tags]);
        var flow = new Flow<TagAlarm>(_plan, a => (a.Time, a.Device));
        var condition = new AlarmCondition(threshold, equals);
        return End(
            flow, schema => new AlarmNode(schema, TagPattern.Match(schema, [tags]), condition, after, flow, _plan.Clock),
            "Alarm", [tags], Named(above), Named(below), equals.IsNull ? null : $"equals: {equals.Kind} {equals}", Named(clear),
            after == TimeSpan.Zero ? null : $"after: {after}");
    }

    private Threshold CheckedThreshold(string item, string operation, double? above, double? below, double? clear)
    {
        if (above is not null && below is not null) _plan.Report($"{item} is above or below a limit: for both, use {operation} twice");
        if (clear is not null && above is null && below is null) _plan.Report($"clear requires above or below: {item} ends at this number");
        if (clear > above || clear < below) _plan.Report("clear must not be greater than above or less than below");
        if (above is double.NaN || below is double.NaN || clear is double.NaN) _plan.Report("a limit must be a number, not NaN");
        return new Threshold(above, below, clear ?? above ?? below ?? 0);
    }

    private static string? Named(double? limit, [CallerArgumentExpression(nameof(limit))] string name = "") =>
        limit is null ? null : FormattableString.Invariant($"{name}: {limit}");
}
