using System.Runtime.InteropServices;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Operators;

/// <summary>
/// Passes the samples of each scan to the queue of the sinks under names that are made of values of the same scan, for instance of the
/// levels of an MQTT topic. Created by <see cref="NamedFlow.To"/>; runs on the recipe's thread. Names are cached, so that a steady flow
/// allocates nothing.
/// </summary>
internal sealed class NamedRouteNode : Node
{
    // Bounds the memory when values make an unlimited number of names: a full cache is cleared.
    private const int MaxNames = 10_000;

    private readonly TagNameTemplate _template;
    private readonly Route _route;
    private readonly int[] _parts;
    private readonly Dictionary<string, Tag[]> _names = new(StringComparer.Ordinal);
    private readonly List<char> _key = [];
    private Sample[] _samples = [];

    public NamedRouteNode(ScanSchema schema, TagNameTemplate template, Route route)
        : base(schema)
    {
        (_template, _route) = (template, route);
        _parts = [.. template.Parts.Select(schema.IndexOf)];
    }

    public override bool IsUnconnected => false;

    public override void Push(Scan scan)
    {
        var tags = FindNames(scan);
        if (_samples.Length < scan.Count) _samples = new Sample[scan.Count];
        var count = 0;
        foreach (ref readonly var sample in scan.Samples)
        {
            if (tags is not null && _parts.AsSpan().Contains(sample.Tag.Index)) continue;
            _samples[count] = sample;
            if (tags is not null) _samples[count].Tag = tags[sample.Tag.Index];
            count++;
        }

        _route.Output!.Write(scan.Time, scan.Device, _samples.AsSpan(0, count));
    }

    /// <summary>Returns the tags under their names by index, or null when a value for the names is missing.</summary>
    private Tag[]? FindNames(Scan scan)
    {
        _key.Clear();
        foreach (var part in _parts)
        {
            if (Find(scan, part) is not { } value) return null;
            _key.AddRange(value.AsSpan());
            _key.Add('\0');
        }

        var key = CollectionsMarshal.AsSpan(_key);
        var known = _names.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(key, out var tags)) return tags;
        if (_names.Count == MaxNames) _names.Clear();
        string[] values = [.. _parts.Select(part => Find(scan, part)!)];
        return known[key] =
            [.. Schema.Tags.Select(t => new Tag(t.Index, _template.Expand(t.Name, values), t.Device, t.Unit, t.Description))];
    }

    private static string? Find(Scan scan, int index)
    {
        foreach (ref readonly var sample in scan.Samples)
        {
            if (sample.Tag.Index != index) continue;
            if (sample.Quality != Quality.Good || sample.Value.IsNull) return null;
            return sample.Value.Kind == ValueKind.Text ? sample.Value.Text : sample.Value.ToString();
        }

        return null;
    }
}

/// <summary>A name with placeholders for the tag's own name and for values of other tags. Immutable.</summary>
internal sealed class TagNameTemplate
{
    private const string OwnName = "tag";

    // Literal text at even, names in braces at odd indexes.
    private readonly string[] _pieces;

    private TagNameTemplate(string[] pieces)
    {
        _pieces = pieces;
        Parts = [.. pieces.Where((piece, i) => i % 2 == 1 && piece != OwnName).Distinct()];
    }

    /// <summary>The tags whose values are parts of the name.</summary>
    public IReadOnlyList<string> Parts { get; }

    /// <summary>True when the name contains the tag's own name.</summary>
    public bool HasOwnName => _pieces.Where((piece, i) => i % 2 == 1 && piece == OwnName).Any();

    /// <summary>Returns the template, or null when its braces do not match.</summary>
    public static TagNameTemplate? Parse(string text)
    {
        var pieces = new List<string>();
        var rest = text;
        while (rest.IndexOfAny(['{', '}']) is var open and >= 0)
        {
            var close = rest.IndexOf('}', open);
            if (rest[open] == '}' || close <= open + 1 || rest.IndexOf('{', open + 1) is var next && next >= 0 && next < close) return null;
            pieces.Add(rest[..open]);
            pieces.Add(rest[(open + 1)..close]);
            rest = rest[(close + 1)..];
        }

        return new TagNameTemplate([.. pieces, rest]);
    }

    /// <summary>Returns the name of a tag.</summary>
    /// <param name="tag">Its own name.</param>
    /// <param name="values">The values of <see cref="Parts"/>, in their order.</param>
    public string Expand(string tag, IReadOnlyList<string> values) => string.Concat(_pieces.Select((piece, i) =>
    {
        if (i % 2 == 0) return piece;
        return piece == OwnName ? tag : values[Parts.Index().First(p => p.Item == piece).Index];
    }));
}
