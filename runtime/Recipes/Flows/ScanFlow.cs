using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes;

/// <summary>
/// Scans on their way through a recipe. Operators return a new flow and leave this one as it is, so one flow may feed several. Tag names
/// may be patterns: <c>valve_*</c>, <c>zone_?</c>. On merged flows an operator acts on each device by itself.
/// </summary>
public sealed partial class ScanFlow
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
        return Then(schema => new OnlyNode(schema, TagSet.Match(schema, tags)), "Only", tags);
    }

    /// <summary>Keeps the scans for which <paramref name="predicate"/> is true.</summary>
    /// <param name="predicate">What says so.</param>
    /// <param name="words">Left to the compiler: the lambda's text. Operators behind it keep their state while it says the same.</param>
    public ScanFlow Where(Func<Scan, bool> predicate, [CallerArgumentExpression(nameof(predicate))] string words = "") =>
        Then(schema => new WhereNode(schema, _plan.Fence(predicate)), "Where", [], Place.Words(words));

    /// <summary>
    /// Adds a tag that is computed from the others. It is as good as the worst tag that <paramref name="compute"/> read, and has no value
    /// when one of them was bad.
    /// </summary>
    /// <param name="tag">Name of the new tag.</param>
    /// <param name="compute">Makes its value.</param>
    /// <param name="unit">Its engineering unit.</param>
    /// <param name="words">Left to the compiler: the lambda's text. Operators behind it keep their state while it says the same.</param>
    public ScanFlow Select(
        string tag, Func<Scan, Value> compute, string unit = "", [CallerArgumentExpression(nameof(compute))] string words = "")
    {
        if (_branches.Any(b => b.Schema.PlaceOf(tag) >= 0))
            _plan.Report($"there is a tag \"{tag}\" already: give the computed one another name", tag);
        return Then(schema =>
        {
            var added = new Tag(schema.Tags.Count, tag, schema.Device, unit);
            return new SelectNode(new Schema(schema.Device, [.. schema.Tags, added]), added, _plan.Fence(compute));
        }, "Select", [tag], Place.Words(words));
    }

    /// <summary>The scans of this flow and of others, each as it comes.</summary>
    public ScanFlow Merge(params ScanFlow[] others) => new(_plan, [.. _branches, .. others.SelectMany(o => o._branches)]);

    /// <summary>Number × <paramref name="factor"/> + <paramref name="offset"/>.</summary>
    public ScanFlow Scale(string tags, double factor, double offset = 0) =>
        Chosen(tags, (schema, chosen) => new ScaleNode(schema, chosen, factor, offset), "Scale", factor, offset);

    /// <summary>
    /// A number below <paramref name="low"/> or above <paramref name="high"/> loses its value and is <see cref="Quality.BadRange"/>.
    /// </summary>
    public ScanFlow Range(string tags, double low, double high)
    {
        if (!(low <= high)) _plan.Report($"a range goes from low to high, not from {low} to {high}");
        return Chosen(tags, (schema, chosen) => new RangeNode(schema, chosen, low, high), "Range", low, high);
    }

    /// <summary>Gives one tag another name.</summary>
    public ScanFlow Rename(string tag, string name)
    {
        TagSet.Check(_plan, _branches, [tag]);
        return Rename(old => old == tag ? name : old, $"{tag} to {name}");
    }

    /// <summary>Gives every tag the name that <paramref name="rename"/> makes of its old one.</summary>
    /// <param name="rename">Makes a new name of an old one.</param>
    /// <param name="words">Left to the compiler: the lambda's text. Operators behind it keep their state while it says the same.</param>
    public ScanFlow Rename(Func<string, string> rename, [CallerArgumentExpression(nameof(rename))] string words = "") => Then(schema =>
    {
        var twice = schema.Tags.GroupBy(t => rename(t.Name)).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) _plan.Report($"after this Rename two tags of device {schema.Device} are called \"{twice.Key}\"", twice.Key);
        return RenameNode.Create(schema, rename);
    }, "Rename", [], Place.Words(words));

    /// <summary>Turns values into another kind; what cannot be turned is <see cref="Quality.BadType"/>.</summary>
    public ScanFlow Cast(string tags, ValueKind kind) => Chosen(tags, (schema, chosen) => new CastNode(schema, chosen, kind), "Cast", kind);

    /// <summary>Shapes each scan into a JSON object: an anonymous object, a dictionary, a record.</summary>
    public PayloadFlow Payload<T>(Func<Scan, T> make)
    {
        var writer = _plan.Payload<T>();
        foreach (var branch in _branches)
        {
            var node = new PayloadNode<T>(branch.Schema, _plan.Fence(make), writer);
            _plan.Attach(branch, node, branch.Place);
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
    /// it is younger than the tag's maximum age: what cannot be written at once is not written later. When <paramref name="value"/> reads a
    /// bad tag or gives null, nothing is written. Every write and every refusal is in <c>logs/audit.jsonl</c>.
    /// </summary>
    /// <param name="device">The device, as <c>Plant.name</c> gives it.</param>
    /// <param name="tag">Name of the tag; no pattern.</param>
    /// <param name="value">The value, in the tag's unit.</param>
    public void Write(Device device, string tag, Func<Scan, Value> value)
    {
        var point = _plan.AddWrite(device, tag);
        foreach (var branch in _branches) branch.Attach(new WriteNode(branch.Schema, point, _plan.Fence(value)));
    }

    /// <summary>
    /// Puts each scan into a block of a device, the way back from <see cref="Block.Decode"/>: whole or not at all, and only while the scan
    /// is fresh (2 s). While a tag has no good value, or one that its type cannot hold, nothing is written and the log says which; of images
    /// that cannot be written at once only the latest counts. Bytes that hold no tag are left alone; the bits of a byte that no tag names
    /// become 0. The target allows it with <c>blocks = "write"</c> in site.toml.
    /// </summary>
    /// <param name="target">The block, with its length.</param>
    /// <param name="tags">What of the scan lies where: <c>new("AI_Corrente", 2, DataType.Real)</c>.</param>
    public void EncodeTo(Block target, params BlockTag[] tags)
    {
        var point = target.Image(tags);
        _plan.AddImage(point);
        foreach (var branch in _branches)
        {
            TagSet.Check(_plan, [branch], [.. tags.Select(t => t.Name)]);
            branch.Attach(new EncodeNode(branch.Schema, point));
        }
    }

    private ScanFlow Chosen(string tags, Func<Schema, bool[], Node> make, string name, params object?[] arguments) =>
        Chosen([tags], make, name, arguments);

    private ScanFlow Chosen(string[] tags, Func<Schema, bool[], Node> make, string name, params object?[] arguments)
    {
        TagSet.Check(_plan, _branches, tags);
        return Then(schema => make(schema, TagSet.Match(schema, tags)), name, tags, arguments);
    }

    private ScanFlow Then(Func<Schema, Node> make, string name, string[] tags, params object?[] arguments)
    {
        var next = new List<Node>(_branches.Count);
        foreach (var branch in _branches)
        {
            var node = make(branch.Schema);
            _plan.Attach(branch, node, branch.Place.Then(name, tags, arguments));
            next.Add(node);
        }

        return new ScanFlow(_plan, next);
    }

    private long Ticks(TimeSpan interval)
    {
        if (interval > TimeSpan.Zero) return Math.Max(1, _plan.Clock.Ticks(interval));
        _plan.Report($"an interval is longer than zero, for instance 1.Seconds, not {interval}");
        return _plan.Clock.Ticks(TimeSpan.FromDays(1));
    }
}
