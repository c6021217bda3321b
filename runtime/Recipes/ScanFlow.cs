using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Operators;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Recipes.Plans;
using PlantRuntime.Recipes.State;

namespace PlantRuntime.Recipes;

/// <summary>
/// A flow of scans. An operator returns a new flow and does not change this one, so one flow can have several consumers. Tag names can be
/// patterns: <c>valve_*</c>, <c>zone_?</c>. On merged flows an operator handles each device separately. Immutable; operators are declared
/// while the recipe's top level runs, and errors in them are reported, not thrown.
/// </summary>
public sealed partial class ScanFlow
{
    private const int MaxDecimals = 15;
    private readonly PlanBuilder _plan;
    private readonly IReadOnlyList<Node> _branches;

    internal ScanFlow(PlanBuilder plan, IReadOnlyList<Node> branches)
    {
        _plan = plan;
        _branches = branches;
    }

    /// <summary>Keeps these tags and removes the others.</summary>
    public ScanFlow Only(params string[] tags)
    {
        TagPattern.Check(_plan, _branches, tags);
        return Then(schema => new OnlyNode(schema, TagPattern.Match(schema, tags)), "Only", tags);
    }

    /// <summary>Keeps the scans for which <paramref name="predicate"/> is true.</summary>
    /// <param name="predicate">Condition on a scan.</param>
    /// <param name="words">
    /// Text of the lambda, set by the compiler. Operators after this one keep their state while the text is unchanged.
    /// </param>
    public ScanFlow Where(Func<Scan, bool> predicate, [CallerArgumentExpression(nameof(predicate))] string words = "") =>
        Then(schema => new WhereNode(schema, _plan.GuardLambda(predicate)), "Where", [], OperatorPath.NormalizeLambda(words));

    /// <summary>
    /// Adds a tag that is computed from the others. It has the worst quality of the tags that <paramref name="compute"/> reads, and no
    /// value if one of them is bad.
    /// </summary>
    /// <param name="tag">Name of the new tag.</param>
    /// <param name="compute">Computes the value.</param>
    /// <param name="unit">Engineering unit of the new tag.</param>
    /// <param name="words">
    /// Text of the lambda, set by the compiler. Operators after this one keep their state while the text is unchanged.
    /// </param>
    public ScanFlow Select(
        string tag, Func<Scan, Value> compute, string unit = "", [CallerArgumentExpression(nameof(compute))] string words = "")
    {
        if (_branches.Any(b => b.Schema.IndexOf(tag) >= 0))
            _plan.Report($"there is already a tag \"{tag}\": give the computed tag another name", tag);
        return Then(schema =>
        {
            var added = new Tag(schema.Tags.Count, tag, schema.Device, unit);
            return new SelectNode(new ScanSchema(schema.Device, [.. schema.Tags, added]), added, _plan.GuardLambda(compute));
        }, "Select", [tag], OperatorPath.NormalizeLambda(words));
    }

    /// <summary>Combines this flow with others; each scan is passed on as it arrives.</summary>
    public ScanFlow Merge(params ScanFlow[] others) => new(_plan, [.. _branches, .. others.SelectMany(o => o._branches)]);

    /// <summary>Number × <paramref name="factor"/> + <paramref name="offset"/>.</summary>
    public ScanFlow Scale(string tags, double factor, double offset = 0) =>
        Chosen(tags, (schema, chosen) => new ScaleNode(schema, chosen, factor, offset), "Scale", factor, offset);

    /// <summary>
    /// Removes the value of a number below <paramref name="low"/> or above <paramref name="high"/> and sets <see cref="Quality.BadRange"/>.
    /// </summary>
    public ScanFlow Range(string tags, double low, double high)
    {
        if (!(low <= high)) _plan.Report($"a range is from low to high, not from {low} to {high}");
        return Chosen(tags, (schema, chosen) => new RangeNode(schema, chosen, low, high), "Range", low, high);
    }

    /// <summary>Rounds numbers to so many decimals, halves away from zero: 0.25 to 0.3. Integers do not change.</summary>
    /// <param name="tags">Which tags.</param>
    /// <param name="decimals">0 to 15.</param>
    public ScanFlow Round(string tags, int decimals = 0)
    {
        if (decimals is < 0 or > MaxDecimals) _plan.Report($"decimals is 0 to {MaxDecimals}, not {decimals}");
        var count = Math.Clamp(decimals, 0, MaxDecimals);
        return Chosen(tags, (schema, chosen) => new RoundNode(schema, chosen, count), "Round", decimals);
    }

    /// <summary>Renames one tag.</summary>
    public ScanFlow Rename(string tag, string name)
    {
        TagPattern.Check(_plan, _branches, [tag]);
        return Rename(old => old == tag ? name : old, $"{tag} to {name}");
    }

    /// <summary>Renames every tag by a function of its name.</summary>
    /// <param name="rename">Returns the new name for an old one.</param>
    /// <param name="words">
    /// Text of the lambda, set by the compiler. Operators after this one keep their state while the text is unchanged.
    /// </param>
    public ScanFlow Rename(Func<string, string> rename, [CallerArgumentExpression(nameof(rename))] string words = "") => Then(schema =>
    {
        var twice = schema.Tags.GroupBy(t => rename(t.Name)).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null)
            _plan.Report($"after this Rename two tags of device {schema.Device} have the name \"{twice.Key}\"", twice.Key);
        return RenameNode.Create(schema, rename);
    }, "Rename", [], OperatorPath.NormalizeLambda(words));

    /// <summary>
    /// Gives the tags names made of values of the same scan, for instance of the levels of an MQTT topic: with
    /// <c>room = "rooms/+/temp : $topic[1]"</c>, <c>Named("{room}_{tag}")</c> sends <c>kitchen_temp</c>. <c>{tag}</c> is the tag's own
    /// name. The tags in the template are not sent. If one of them is bad or missing, the scan is sent unchanged. This is the last operator
    /// before <c>To</c>, because all others know a tag by its name in site.toml.
    /// </summary>
    public NamedFlow Named(string template)
    {
        var names = TagNameTemplate.Parse(template);
        if (names is null)
            _plan.Report($"\"{template}\" has a brace without its counterpart: expected for instance \"{{room}}_{{tag}}\"", template);
        else TagPattern.Check(_plan, _branches, names.Parts);
        if (names is { HasOwnName: false } && _branches.Any(b => b.Schema.Tags.Count(t => !names.Parts.Contains(t.Name)) > 1))
            _plan.Report($"\"{template}\" gives several tags one name: add {{tag}}, or choose one tag with Only", template);
        return new NamedFlow(_plan, _branches, names ?? TagNameTemplate.Parse("{tag}")!);
    }

    /// <summary>Converts values to another kind. A value that cannot be converted becomes <see cref="Quality.BadType"/>.</summary>
    public ScanFlow Cast(string tags, ValueKind kind) => Chosen(tags, (schema, chosen) => new CastNode(schema, chosen, kind), "Cast", kind);

    /// <summary>Converts each scan to a JSON object: from an anonymous object, a dictionary or a record.</summary>
    public PayloadFlow Payload<T>(Func<Scan, T> make)
    {
        var writer = _plan.Payload<T>();
        foreach (var branch in _branches)
        {
            var node = new PayloadNode<T>(branch.Schema, _plan.GuardLambda(make), writer);
            _plan.Attach(branch, node, branch.Path);
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
    /// Writes a value that is computed from each scan into a writable tag of a device. Only the latest value is written, and only within
    /// the tag's maximum age; a value that cannot be written immediately is not written later. Nothing is written if <paramref
    /// name="value"/> reads a bad tag or returns null. <c>logs/audit.jsonl</c> records every write and every refusal.
    /// </summary>
    /// <param name="device">The device, <c>Plant.name</c>.</param>
    /// <param name="tag">Name of the tag; patterns are not allowed.</param>
    /// <param name="value">Computes the value in the tag's unit.</param>
    /// <param name="changedOnly">
    /// True to write only a value that differs from the last one, or that follows one that could not be written. The last value is carried
    /// over reloads and restarts.
    /// </param>
    public void Write(Device device, string tag, Func<Scan, Value> value, bool changedOnly = false)
    {
        var point = _plan.AddWrite(device, tag);
        foreach (var branch in _branches)
        {
            var compute = _plan.GuardLambda(value);
            if (!changedOnly) branch.Attach(new WriteNode(branch.Schema, point, compute));
            else _plan.Attach(branch, new ChangedWriteNode(branch.Schema, point, compute), branch.Path.Append("Write", [tag], device.Name));
        }
    }

    /// <summary>
    /// Writes each scan into a block of a device, the reverse of <see cref="Block.Decode"/>: completely or not at all, and only within 2 s
    /// after the scan. If a tag has no good value, or a value that its type cannot hold, nothing is written and the log names the tag. If
    /// images cannot be written immediately, only the latest is kept. Bytes without a tag are not written; in a byte with tags, bits
    /// without a tag become 0. The target device must have <c>blocks = "write"</c> in site.toml.
    /// </summary>
    /// <param name="target">The block, with its length.</param>
    /// <param name="tags">Tags of the scan with first byte and type: <c>new("AI_Corrente", 2, DataType.Real)</c>.</param>
    public void EncodeTo(Block target, params BlockTag[] tags)
    {
        var point = target.Image(tags);
        _plan.AddImage(point);
        foreach (var branch in _branches)
        {
            TagPattern.Check(_plan, [branch], [.. tags.Select(t => t.Name)]);
            branch.Attach(new EncodeNode(branch.Schema, point));
        }
    }

    private ScanFlow Chosen(string tags, Func<ScanSchema, bool[], Node> make, string name, params object?[] arguments) =>
        Chosen([tags], make, name, arguments);

    private ScanFlow Chosen(string[] tags, Func<ScanSchema, bool[], Node> make, string name, params object?[] arguments)
    {
        TagPattern.Check(_plan, _branches, tags);
        return Then(schema => make(schema, TagPattern.Match(schema, tags)), name, tags, arguments);
    }

    private ScanFlow Then(Func<ScanSchema, Node> make, string name, string[] tags, params object?[] arguments)
    {
        var next = new List<Node>(_branches.Count);
        foreach (var branch in _branches)
        {
            var node = make(branch.Schema);
            _plan.Attach(branch, node, branch.Path.Append(name, tags, arguments));
            next.Add(node);
        }

        return new ScanFlow(_plan, next);
    }

    private long Ticks(TimeSpan interval)
    {
        if (interval > TimeSpan.Zero) return Math.Max(1, _plan.Clock.Ticks(interval));
        _plan.Report($"an interval is greater than zero, for instance 1.Seconds, not {interval}");
        return _plan.Clock.Ticks(TimeSpan.FromDays(1));
    }
}
