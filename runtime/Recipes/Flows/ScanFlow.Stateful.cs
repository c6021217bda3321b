using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes;

/// <content>
/// The operators that remember. What they remember is carried over when a recipe is edited, as long as the operator, its arguments and
/// those before it stay the same; an edit elsewhere in the file does not matter.
/// </content>
public sealed partial class ScanFlow
{
    /// <summary>
    /// Lets a number through only when it differs by at least <paramref name="band"/> from the last one that went through, or changed its
    /// quality.
    /// </summary>
    public ScanFlow Deadband(string tags, double band)
    {
        if (!(band > 0)) _plan.Report("a deadband is greater than 0; for every change there is OnChange");
        return Chosen(tags, (schema, chosen) => new ChangeNode(schema, chosen, band), "Deadband", band);
    }

    /// <summary>Lets these tags (none named: all) through only when their value or quality changed.</summary>
    public ScanFlow OnChange(params string[] tags) =>
        Chosen(tags, (schema, chosen) => new ChangeNode(schema, chosen, band: 0), "OnChange");

    /// <summary>Lets at most one scan of each device through in every interval.</summary>
    public ScanFlow Throttle(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        return Then(schema => new ThrottleNode(schema, ticks), "Throttle", [], interval);
    }

    /// <summary>
    /// Speaks by the clock: the latest known values at every interval, whatever came in between; a value that was not renewed since the
    /// last time is <see cref="Quality.Stale"/>.
    /// </summary>
    public ScanFlow Every(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        return Then(schema => new EveryNode(schema, ticks), "Every", [], interval);
    }

    /// <summary>Speaks when no good scan came for so long, and again after each further such time.</summary>
    public Flow<Silence> Silent(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        var flow = new Flow<Silence>(_plan, silence => (silence.Time, silence.Device));
        return End(flow, schema => new SilentNode(schema, ticks, flow), "Silent", [], interval);
    }

    /// <summary>
    /// Cuts time into windows of one length, one after the other: <c>Window(1.Minutes).Mean("temp")</c>. They are aligned to the clock in
    /// UTC, one of a minute begins at every full minute, one of a day at midnight; the first begins with the first scan and is shorter. A
    /// step of the clock makes one window shorter or longer by half at most.
    /// </summary>
    public WindowFlow Window(TimeSpan length)
    {
        Ticks(length);
        return new WindowFlow(this, length);
    }

    /// <summary>
    /// Turns numbers into their change per second since the last good one; a unit of pcs becomes pcs/s. The first value gives no rate yet
    /// and is left out of its scan. A bad value is passed on without value; what is no number is <see cref="Quality.BadType"/>.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="counter">What a fall means: for counters <c>CounterKind.Bits16</c> and so on.</param>
    public ScanFlow Rate(string tags, CounterKind counter = CounterKind.None) =>
        Chosen(tags, (schema, chosen) => new RateNode(schema, chosen, counter, _plan.Clock), "Rate", counter);

    /// <summary>
    /// Smooths numbers: each becomes the exponentially weighted moving average of all up to it. A bad value is passed on without value and
    /// leaves the average as it is.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="alpha">How much the newest value weighs, above 0 to 1: 1 does not smooth at all.</param>
    public ScanFlow Ewma(string tags, double alpha) => Smoothed(tags, Weight(alpha));

    /// <summary>
    /// The same where values come irregularly: a value's weight halves with every <paramref name="halfLife"/> that passes.
    /// </summary>
    public ScanFlow Ewma(string tags, TimeSpan halfLife) => Smoothed(tags, Weight(halfLife));

    /// <summary>
    /// Adds to each of these tags a tag <c>…_anomaly</c>: TRUE when the number lies more than <paramref name="sigma"/> standard deviations
    /// off the exponentially weighted average of those before it. FALSE for the first ten values. What lasts becomes the new average. Goes
    /// well with <c>.Only("*_anomaly").Events()</c>.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="sigma">How many standard deviations, mostly 3 to 6.</param>
    /// <param name="alpha">How much the newest value weighs in average and deviation, above 0 to 1.</param>
    public ScanFlow Anomaly(string tags, double sigma, double alpha) => Judged(tags, sigma, Weight(alpha));

    /// <summary>
    /// The same where values come irregularly: a value's weight halves with every <paramref name="halfLife"/> that passes.
    /// </summary>
    public ScanFlow Anomaly(string tags, double sigma, TimeSpan halfLife) => Judged(tags, sigma, Weight(halfLife));

    /// <summary>
    /// Makes an event of each time that a tag is TRUE (a number: not 0), with start, end and duration; it is told when it ends. With
    /// <paramref name="above"/> or <paramref name="below"/> an event is each time that a number is beyond the limit:
    /// <c>Events("temp", above: 80, clear: 75)</c> begins above 80 and ends at 75 or below. What is TRUE in the first scan begins there.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="above">The number above which it begins.</param>
    /// <param name="below">Or the number below which it begins.</param>
    /// <param name="clear">The number at which it ends, so that it does not flicker; the limit itself when not given.</param>
    /// <param name="endsWhenBad">True: a bad value ends it too. Otherwise it lasts until a good value says that it is over.</param>
    public Flow<TagEvent> Events(string tags = "*", double? above = null, double? below = null, double? clear = null, bool endsWhenBad = false)
    {
        if (above is not null && below is not null) _plan.Report("an event is above or below a limit: for both, write Events twice");
        if (clear is not null && above is null && below is null) _plan.Report("clear is where a limit's event ends: it goes with above or below");
        if (clear > above || clear < below) _plan.Report("clear lies on the quiet side of the limit: not over above, not under below");
        if (above is double.NaN || below is double.NaN || clear is double.NaN) _plan.Report("a limit is a number, not NaN");
        TagSet.Check(_plan, _branches, [tags]);
        var threshold = new Threshold(above, below, clear ?? above ?? below ?? 0);
        var flow = new Flow<TagEvent>(_plan, e => (e.End, e.Device));
        return End(
            flow, schema => new EventsNode(schema, TagSet.Match(schema, [tags]), threshold, endsWhenBad, flow, _plan.Clock),
            "Events", [tags], Named(above), Named(below), Named(clear), endsWhenBad ? nameof(endsWhenBad) : null);

        static string? Named(double? limit, [CallerArgumentExpression(nameof(limit))] string name = "") =>
            limit is null ? null : FormattableString.Invariant($"{name}: {limit}");
    }

    /// <summary>
    /// Collects tags that come one by one into groups of one instant: those whose values the device gave with the same time. Only good
    /// values count.
    /// </summary>
    /// <param name="expect">A group is handed on as soon as it has so many tags.</param>
    /// <param name="within">Time for that, from the first one on. What comes later for the same instant is left out.</param>
    /// <param name="atLeast">So many are enough when time is up; with fewer the group is dropped and logged. Not given: all.</param>
    public Flow<TimeGroup> GroupByTime(int expect, TimeSpan within, int? atLeast = null)
    {
        var rule = Rule(expect, within, atLeast);
        var flow = Groups();
        return End(flow, schema => new TagGroupNode(schema, rule, _plan, flow), "GroupByTime", [], expect, within, atLeast);
    }

    /// <summary>The same for scans that carry time, key and value as tags: a database row, a message of a gateway.</summary>
    /// <param name="time">The instant that a scan belongs to, in UTC.</param>
    /// <param name="key">
    /// Who speaks, for instance <c>s => s["channel"].Text</c>; a key that comes twice counts once, the later value stays.
    /// </param>
    /// <param name="value">What it says.</param>
    /// <param name="expect">A group is handed on as soon as it has so many keys.</param>
    /// <param name="within">Time for that, from the first one on. What comes later for the same instant is left out.</param>
    /// <param name="atLeast">So many are enough when time is up; with fewer the group is dropped and logged. Not given: all.</param>
    /// <param name="timeWords">Left to the compiler, as the next two: the lambdas' texts. State is kept while they say the same.</param>
    /// <param name="keyWords">Left to the compiler.</param>
    /// <param name="valueWords">Left to the compiler.</param>
    public Flow<TimeGroup> GroupByTime(
        Func<Scan, DateTime> time, Func<Scan, string> key, Func<Scan, Value> value, int expect, TimeSpan within, int? atLeast = null,
        [CallerArgumentExpression(nameof(time))] string timeWords = "", [CallerArgumentExpression(nameof(key))] string keyWords = "",
        [CallerArgumentExpression(nameof(value))] string valueWords = "")
    {
        var rule = Rule(expect, within, atLeast);
        var flow = Groups();
        return End(
            flow, schema => new ScanGroupNode(schema, rule, _plan, flow, _plan.Fence(time), _plan.Fence(key), _plan.Fence(value)),
            "GroupByTime", [], expect, within, atLeast, Place.Words(timeWords), Place.Words(keyWords), Place.Words(valueWords));
    }

    internal ScanFlow Aggregated(TimeSpan length, Aggregate aggregate, string[] tags) =>
        Chosen(tags, (schema, chosen) => new WindowNode(schema, chosen, aggregate, length, _plan.Clock), $"Window.{aggregate}", length);

    private ScanFlow Smoothed(string tags, EwmaWeight weight) =>
        Chosen(tags, (schema, chosen) => new EwmaNode(schema, chosen, weight, _plan.Clock), "Ewma", weight);

    private ScanFlow Judged(string tags, double sigma, EwmaWeight weight)
    {
        if (!(sigma > 0)) _plan.Report("an anomaly lies more than 0 standard deviations off, for instance sigma: 4");
        foreach (var tag in _branches.SelectMany(b => b.Schema.Tags).Select(t => t.Name + AnomalyNode.Suffix))
        {
            if (_branches.Any(b => b.Schema.PlaceOf(tag) >= 0)) _plan.Report($"there is a tag \"{tag}\" already: Rename it before Anomaly", tag);
        }

        return Chosen(tags, (schema, chosen) => new AnomalyNode(schema, chosen, sigma, weight, _plan.Clock), "Anomaly", sigma, weight);
    }

    private EwmaWeight Weight(double alpha)
    {
        if (!(alpha > 0 && alpha <= 1)) _plan.Report(FormattableString.Invariant($"alpha lies above 0 and is 1 at most, not {alpha}"));
        return new EwmaWeight(alpha, default);
    }

    private EwmaWeight Weight(TimeSpan halfLife)
    {
        Ticks(halfLife);
        return new EwmaWeight(0, halfLife);
    }

    private GroupRule Rule(int expect, TimeSpan within, int? atLeast)
    {
        if (expect < 1 || atLeast < 1 || atLeast > expect) _plan.Report("a group has expect values, 1 or more, and atLeast lies between 1 and expect");
        return new GroupRule(expect, atLeast ?? expect, Ticks(within));
    }

    private Flow<TimeGroup> Groups() => new(_plan, g => (g.Time, g.Device));

    private Flow<T> End<T>(Flow<T> flow, Func<Schema, Node> make, string name, string[] tags, params object?[] arguments)
    {
        foreach (var branch in _branches) _plan.Attach(branch, make(branch.Schema), branch.Place.Then(name, tags, arguments));
        return flow;
    }
}
