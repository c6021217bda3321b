using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes;

/// <summary>
/// Scans on their way through a recipe. Operators return a new flow and leave this one as it is, so one flow may feed several. Tag names
/// may be patterns: <c>valve_*</c>, <c>zone_?</c>. On merged flows an operator acts on each device by itself.
/// </summary>
public sealed class ScanFlow
{
    private readonly PlanBuilder _plan;
    private readonly IReadOnlyList<Node> _branches;

    internal ScanFlow(PlanBuilder plan, IReadOnlyList<Node> branches)
    {
        _plan = plan;
        _branches = branches;
    }

    /// <summary>Keeps these tags and drops the others.</summary>
    public ScanFlow Only(params string[] tags)
    {
        TagSet.Check(_plan, _branches, tags);
        return Then(schema => new OnlyNode(schema, TagSet.Match(schema, tags)));
    }

    /// <summary>Keeps the scans for which <paramref name="predicate"/> is true.</summary>
    public ScanFlow Where(Func<Scan, bool> predicate) => Then(schema => new WhereNode(schema, _plan.Fence(predicate)));

    /// <summary>
    /// Adds a tag that is computed from the others. It is as good as the worst tag that <paramref name="compute"/> read, and has no value
    /// when one
    /// of them was bad.
    /// </summary>
    public ScanFlow Select(string tag, Func<Scan, Value> compute, string unit = "")
    {
        if (_branches.Any(b => b.Schema.PlaceOf(tag) >= 0))
            _plan.Report($"there is a tag \"{tag}\" already: give the computed one another name", tag);
        return Then(schema =>
        {
            var added = new Tag(schema.Tags.Count, tag, schema.Device, unit);
            return new SelectNode(new Schema(schema.Device, [.. schema.Tags, added]), added, _plan.Fence(compute));
        });
    }

    /// <summary>The scans of this flow and of others, each as it comes.</summary>
    public ScanFlow Merge(params ScanFlow[] others) => new(_plan, [.. _branches, .. others.SelectMany(o => o._branches)]);

    /// <summary>Number × <paramref name="factor"/> + <paramref name="offset"/>.</summary>
    public ScanFlow Scale(string tags, double factor, double offset = 0) =>
        Chosen(tags, (schema, chosen) => new ScaleNode(schema, chosen, factor, offset));

    /// <summary>
    /// A number below <paramref name="low"/> or above <paramref name="high"/> loses its value and is <see cref="Quality.BadRange"/>.
    /// </summary>
    public ScanFlow Range(string tags, double low, double high)
    {
        if (!(low <= high)) _plan.Report($"a range goes from low to high, not from {low} to {high}");
        return Chosen(tags, (schema, chosen) => new RangeNode(schema, chosen, low, high));
    }

    /// <summary>
    /// Lets a number through only when it differs by at least <paramref name="band"/> from the last one that went through, or changed its
    /// quality.
    /// </summary>
    public ScanFlow Deadband(string tags, double band)
    {
        if (!(band > 0)) _plan.Report("a deadband is greater than 0; for every change there is OnChange");
        return Chosen(tags, (schema, chosen) => new ChangeNode(schema, chosen, band));
    }

    /// <summary>Lets these tags (none named: all) through only when their value or quality changed.</summary>
    public ScanFlow OnChange(params string[] tags)
    {
        TagSet.Check(_plan, _branches, tags);
        return Then(schema => new ChangeNode(schema, TagSet.Match(schema, tags), band: 0));
    }

    /// <summary>Gives one tag another name.</summary>
    public ScanFlow Rename(string tag, string name)
    {
        TagSet.Check(_plan, _branches, [tag]);
        return Rename(old => old == tag ? name : old);
    }

    /// <summary>Gives every tag the name that <paramref name="rename"/> makes of its old one.</summary>
    public ScanFlow Rename(Func<string, string> rename) => Then(schema =>
    {
        var twice = schema.Tags.GroupBy(t => rename(t.Name)).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) _plan.Report($"after this Rename two tags of device {schema.Device} are called \"{twice.Key}\"", twice.Key);
        return RenameNode.Create(schema, rename);
    });

    /// <summary>Turns values into another kind; what cannot be turned is <see cref="Quality.BadType"/>.</summary>
    public ScanFlow Cast(string tags, ValueKind kind) => Chosen(tags, (schema, chosen) => new CastNode(schema, chosen, kind));

    /// <summary>Lets at most one scan of each device through in every interval.</summary>
    public ScanFlow Throttle(TimeSpan interval) => Then(schema => new ThrottleNode(schema, Ticks(interval)));

    /// <summary>
    /// Speaks by the clock: the latest known values at every interval, whatever came in between; a value that was not renewed since the
    /// last
    /// time is <see cref="Quality.Stale"/>.
    /// </summary>
    public ScanFlow Every(TimeSpan interval) => Then(schema => Timed(new EveryNode(schema, Ticks(interval))));

    /// <summary>Speaks when no good scan came for so long, and again after each further such time.</summary>
    public Flow<Silence> Silent(TimeSpan interval)
    {
        var flow = new Flow<Silence>(_plan, silence => (silence.Time, silence.Device));
        foreach (var branch in _branches) branch.Attach(Timed(new SilentNode(branch.Schema, Ticks(interval), flow.Speak)));
        return flow;
    }

    /// <summary>Shapes each scan into a JSON object: an anonymous object, a dictionary, a record.</summary>
    public PayloadFlow Payload<T>(Func<Scan, T> make)
    {
        var writer = _plan.Payload<T>();
        foreach (var branch in _branches)
        {
            var node = new PayloadNode<T>(branch.Schema, _plan.Fence(make), writer);
            branch.Attach(node);
            _plan.WatchEnd(node);
        }

        return new PayloadFlow(_plan, writer.Add);
    }

    /// <summary>Sends the samples of each scan to these sinks.</summary>
    public void To(params SinkRef[] sinks)
    {
        var route = _plan.AddRoute(sinks);
        foreach (var branch in _branches) branch.Attach(new RouteNode(branch.Schema, route));
    }

    /// <summary>
    /// Writes a value that is computed from each scan into a tag of a device that allows it. Only the latest value counts, and only while
    /// it is
    /// younger than the tag's maximum age: what cannot be written at once is not written later. When <paramref name="value"/> reads a bad
    /// tag or
    /// gives null, nothing is written. Every write and every refusal is in <c>logs/audit.jsonl</c>.
    /// </summary>
    /// <param name="device">The device, as <c>Plant.name</c> gives it.</param>
    /// <param name="tag">Name of the tag; no pattern.</param>
    /// <param name="value">The value, in the tag's unit.</param>
    public void Write(Device device, string tag, Func<Scan, Value> value)
    {
        var point = _plan.AddWrite(device, tag);
        foreach (var branch in _branches) branch.Attach(new WriteNode(branch.Schema, point, _plan.Fence(value)));
    }

    private ScanFlow Chosen(string tags, Func<Schema, bool[], Node> make)
    {
        TagSet.Check(_plan, _branches, [tags]);
        return Then(schema => make(schema, TagSet.Match(schema, [tags])));
    }

    private ScanFlow Then(Func<Schema, Node> make)
    {
        var next = new List<Node>(_branches.Count);
        foreach (var branch in _branches)
        {
            var node = make(branch.Schema);
            branch.Attach(node);
            _plan.WatchEnd(node);
            next.Add(node);
        }

        return new ScanFlow(_plan, next);
    }

    private TNode Timed<TNode>(TNode node)
        where TNode : Node, ITimed
    {
        _plan.AddTimed(node);
        return node;
    }

    private long Ticks(TimeSpan interval)
    {
        if (interval > TimeSpan.Zero) return Math.Max(1, _plan.Clock.Ticks(interval));
        _plan.Report($"an interval is longer than zero, for instance 1.Seconds, not {interval}");
        return _plan.Clock.Ticks(TimeSpan.FromDays(1));
    }
}
