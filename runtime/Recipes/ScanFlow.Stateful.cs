using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes;

/// <content>
/// Operators with state. The state is carried over when a recipe is edited, provided that the operator, its arguments and the operators
/// before it are unchanged.
/// </content>
public sealed partial class ScanFlow
{
    /// <summary>
    /// Passes a number only if it differs by at least <paramref name="band"/> from the last number that passed, or if its quality changed.
    /// </summary>
    public ScanFlow Deadband(string tags, double band)
    {
        if (!(band > 0)) _plan.Report("a deadband is greater than 0; use OnChange for every change");
        return Chosen(tags, (schema, chosen) => new ChangeNode(schema, chosen, band), "Deadband", band);
    }

    /// <summary>Passes these tags (all if none is named) only if their value or quality changed.</summary>
    public ScanFlow OnChange(params string[] tags) =>
        Chosen(tags, (schema, chosen) => new ChangeNode(schema, chosen, band: 0), "OnChange");

    /// <summary>Passes at most one scan of each device per interval.</summary>
    public ScanFlow Throttle(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        return Then(schema => new ThrottleNode(schema, ticks), "Throttle", [], interval);
    }

    /// <summary>
    /// Emits the latest known values at every interval, independent of the scans. A value that was not updated within the interval is
    /// <see cref="Quality.Stale"/>.
    /// </summary>
    public ScanFlow Every(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        return Then(schema => new EveryNode(schema, ticks), "Every", [], interval);
    }

    /// <summary>
    /// Emits an event at the first failed scan, or after this time without any scan, and again after each further interval without a good
    /// scan.
    /// </summary>
    public Flow<SilenceEvent> Silent(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        var flow = new Flow<SilenceEvent>(_plan, silence => (silence.Time, silence.Device));
        return End(flow, schema => new SilentNode(schema, ticks, flow), "Silent", [], interval);
    }

    internal Flow<TimerEvent> Timer(TimeSpan interval)
    {
        var ticks = Ticks(interval);
        var flow = new Flow<TimerEvent>(_plan, timer => (timer.Time, timer.Device));
        return End(flow, schema => new TimerNode<TimerEvent>(schema, ticks, now => new TimerEvent(schema.Device, now), flow),
            "Every", [], interval);
    }

    /// <summary>
    /// Divides time into consecutive windows of one length: <c>Window(1.Minutes).Mean("temp")</c>. A window of one minute starts at every
    /// full minute, a window of one day at midnight of the site's <c>time_zone</c> (UTC when not given), a window of seven days at midnight
    /// before Monday. The day on which the clocks are set forward has 23 hours, the one on which they are set back 25; other windows longer
    /// than an hour are by the local clock too, as shifts are: <c>Window(8.Hours)</c> starts at 0, 8 and 16 o'clock. The first window
    /// starts with the first scan and is shorter. If the wall clock is set, one window becomes shorter or longer by at most half its
    /// length.
    /// </summary>
    public WindowFlow Window(TimeSpan length)
    {
        Ticks(length);
        return new WindowFlow(this, length);
    }

    /// <summary>
    /// Replaces numbers by their change per second since the last good number; a unit of pcs becomes pcs/s. The first value has no rate and
    /// is removed from its scan. A bad value is passed without a value; a value that is not a number becomes <see cref="Quality.BadType"/>.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="counter">Meaning of a falling value; for a 16-bit counter <c>CounterKind.Bits16</c>.</param>
    public ScanFlow Rate(string tags, CounterKind counter = CounterKind.None) =>
        Chosen(tags, (schema, chosen) => new RateNode(schema, chosen, counter, _plan.Clock), "Rate", counter);

    /// <summary>
    /// Replaces numbers by their exponentially weighted moving average. A bad value is passed without a value and does not change the
    /// average.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="alpha">Weight of the newest value, greater than 0 and at most 1; 1 does not smooth.</param>
    public ScanFlow Ewma(string tags, double alpha) => Smoothed(tags, Weight(alpha));

    /// <summary>
    /// The same for irregular values: the weight of a value halves after each <paramref name="halfLife"/>.
    /// </summary>
    public ScanFlow Ewma(string tags, TimeSpan halfLife) => Smoothed(tags, Weight(halfLife));

    /// <summary>
    /// Adds a tag <c>…_anomaly</c> for each of these tags. It is TRUE if the number differs by more than <paramref name="sigma"/> standard
    /// deviations from the exponentially weighted average of the numbers before it, and FALSE for the first ten values. The average follows
    /// a lasting change. Use it with <c>.Only("*_anomaly").Events()</c>.
    /// </summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="sigma">Number of standard deviations, usually 3 to 6.</param>
    /// <param name="alpha">Weight of the newest value in average and deviation, greater than 0 and at most 1.</param>
    public ScanFlow Anomaly(string tags, double sigma, double alpha) => WithAnomalies(tags, sigma, Weight(alpha));

    /// <summary>
    /// The same for irregular values: the weight of a value halves after each <paramref name="halfLife"/>.
    /// </summary>
    public ScanFlow Anomaly(string tags, double sigma, TimeSpan halfLife) => WithAnomalies(tags, sigma, Weight(halfLife));

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
        if (above is not null && below is not null) _plan.Report("an event is above or below a limit: for both, use Events twice");
        if (clear is not null && above is null && below is null)
            _plan.Report("clear requires above or below: an event ends at this number");
        if (clear > above || clear < below) _plan.Report("clear must not be greater than above or less than below");
        if (above is double.NaN || below is double.NaN || clear is double.NaN) _plan.Report("a limit must be a number, not NaN");
        TagPattern.Check(_plan, _branches, [tags]);
        var threshold = new Threshold(above, below, clear ?? above ?? below ?? 0);
        var flow = new Flow<TagEvent>(_plan, e => (e.End, e.Device));
        return End(
            flow,
            schema => new EventsNode(schema, TagPattern.Match(schema, [tags]), threshold, endsWhenBad, reportStart, flow, _plan.Clock),
            "Events", [tags], Named(above), Named(below), Named(clear), endsWhenBad ? nameof(endsWhenBad) : null,
            reportStart ? nameof(reportStart) : null);

        static string? Named(double? limit, [CallerArgumentExpression(nameof(limit))] string name = "") =>
            limit is null ? null : FormattableString.Invariant($"{name}: {limit}");
    }

    /// <summary>
    /// Collects tags that arrive separately into groups with the same time from the device. Only good values count. On merged flows the
    /// devices share the groups; a tag whose name several of them have is then called <c>device.tag</c>.
    /// </summary>
    /// <param name="expect">A group is emitted as soon as it has this number of tags.</param>
    /// <param name="within">Time limit, counted from the first value. Later values with the same time are ignored.</param>
    /// <param name="atLeast">
    /// Number of values that are sufficient at the time limit; a group with fewer is dropped and logged. Default: all.
    /// </param>
    public Flow<TimeGroup> GroupByTime(int expect, TimeSpan within, int? atLeast = null)
    {
        var kept = _branches.Distinct().ToDictionary(b => b, Kept);
        var names = kept.SelectMany(k => k.Value.Select(t => (k.Key.Schema.Device, t.Name))).Distinct().CountBy(n => n.Name).ToDictionary();
        return Grouped(
            Options(expect, within, atLeast), kept.SelectMany(k => k.Value.Select(t => Key(k.Key, t))).Distinct(),
            (branch, groups) => new TagGroupNode(branch.Schema, groups, [.. branch.Schema.Tags.Select(t => Key(branch, t))]),
            expect, within, atLeast);

        string Key(Node branch, Tag tag) => names.GetValueOrDefault(tag.Name) > 1 ? $"{branch.Schema.Device}.{tag.Name}" : tag.Name;
    }

    /// <summary>The same for scans that contain time, key and value as tags: a database row, a message of a gateway.</summary>
    /// <param name="time">The time of the value, in UTC.</param>
    /// <param name="key">
    /// The source of the value, for instance <c>s => s["channel"].Text</c>. If a key arrives twice, the later value replaces the first.
    /// </param>
    /// <param name="value">The value.</param>
    /// <param name="expect">A group is emitted as soon as it has this number of keys.</param>
    /// <param name="within">Time limit, counted from the first value. Later values with the same time are ignored.</param>
    /// <param name="atLeast">
    /// Number of values that are sufficient at the time limit; a group with fewer is dropped and logged. Default: all.
    /// </param>
    /// <param name="timeWords">Text of the lambda, set by the compiler. The state is kept while the three texts are unchanged.</param>
    /// <param name="keyWords">Text of the lambda, set by the compiler.</param>
    /// <param name="valueWords">Text of the lambda, set by the compiler.</param>
    public Flow<TimeGroup> GroupByTime(
        Func<Scan, DateTime> time, Func<Scan, string> key, Func<Scan, Value> value, int expect, TimeSpan within, int? atLeast = null,
        [CallerArgumentExpression(nameof(time))] string timeWords = "", [CallerArgumentExpression(nameof(key))] string keyWords = "",
        [CallerArgumentExpression(nameof(value))] string valueWords = "")
    {
        var (instant, name, content) = (_plan.GuardLambda(time), _plan.GuardLambda(key), _plan.GuardLambda(value));
        return Grouped(
            Options(expect, within, atLeast), [], (branch, groups) => new ScanGroupNode(branch.Schema, groups, instant, name, content),
            expect, within, atLeast, OperatorPath.NormalizeLambda(timeWords), OperatorPath.NormalizeLambda(keyWords),
            OperatorPath.NormalizeLambda(valueWords));
    }

    internal ScanFlow Aggregated(TimeSpan length, Aggregate aggregate, string[] tags) =>
        Chosen(tags, (schema, chosen) => new WindowNode(schema, chosen, aggregate, length, _plan.Clock), $"Window.{aggregate}", length);

    private ScanFlow Smoothed(string tags, EwmaWeight weight) =>
        Chosen(tags, (schema, chosen) => new EwmaNode(schema, chosen, weight, _plan.Clock), "Ewma", weight);

    private ScanFlow WithAnomalies(string tags, double sigma, EwmaWeight weight)
    {
        if (!(sigma > 0)) _plan.Report("sigma is greater than 0, for instance sigma: 4");
        foreach (var tag in _branches.SelectMany(b => b.Schema.Tags).Select(t => t.Name + AnomalyNode.Suffix))
        {
            if (_branches.Any(b => b.Schema.IndexOf(tag) >= 0))
                _plan.Report($"there is already a tag \"{tag}\": use Rename before Anomaly", tag);
        }

        return Chosen(tags, (schema, chosen) => new AnomalyNode(schema, chosen, sigma, weight, _plan.Clock), "Anomaly", sigma, weight);
    }

    private EwmaWeight Weight(double alpha)
    {
        if (!(alpha > 0 && alpha <= 1)) _plan.Report(FormattableString.Invariant($"alpha is greater than 0 and at most 1, not {alpha}"));
        return new EwmaWeight(alpha, default);
    }

    private EwmaWeight Weight(TimeSpan halfLife)
    {
        Ticks(halfLife);
        return new EwmaWeight(0, halfLife);
    }

    private GroupOptions Options(int expect, TimeSpan within, int? atLeast)
    {
        if (expect < 1 || atLeast < 1 || atLeast > expect) _plan.Report("expect is at least 1, and atLeast is between 1 and expect");
        return new GroupOptions(expect, atLeast ?? expect, Ticks(within));
    }

    /// <summary>
    /// Returns the tags that the <c>Only</c> operators before let through; tags had other names before a <c>Rename</c>.
    /// </summary>
    private static List<Tag> Kept(Node branch)
    {
        var kept = branch.Schema.Tags.Select(_ => true).ToArray();
        for (var path = branch.Path; path is not null && path.Operator != "Rename"; path = path.Before)
        {
            if (path.Operator != "Only" || path.Before is null) continue;
            var chosen = TagPattern.Match(branch.Schema, path.Tags.Split(','));
            for (var i = 0; i < kept.Length; i++) kept[i] &= chosen[i];
        }

        return [.. branch.Schema.Tags.Where((_, i) => kept[i])];
    }

    /// <summary>Adds groups that all branches share.</summary>
    private Flow<TimeGroup> Grouped(
        GroupOptions options, IEnumerable<string> members, Func<Node, GroupCollector, Node> create, params object?[] arguments)
    {
        var flow = new Flow<TimeGroup>(_plan, g => (g.Time, g.Device));
        var devices = string.Join('+', _branches.Select(b => b.Schema.Device).Distinct());
        var groups = new GroupCollector(devices, [.. members], options, _plan, flow);
        var (first, others) = (_branches[0], string.Join(' ', _branches.Skip(1).Select(b => b.Path)));
        var shared = first.Path.Append("GroupByTime", [], others.Length == 0 ? arguments : [.. arguments, others]);
        _plan.AddGroups(groups.Counters, new GroupTimerNode(first.Schema, groups), shared);
        foreach (var branch in _branches)
            _plan.Attach(branch, create(branch, groups), branch.Path.Append("GroupByTime", [], arguments));
        return flow;
    }

    private Flow<T> End<T>(Flow<T> flow, Func<ScanSchema, Node> create, string name, string[] tags, params object?[] arguments)
    {
        foreach (var branch in _branches) _plan.Attach(branch, create(branch.Schema), branch.Path.Append(name, tags, arguments));
        return flow;
    }
}
