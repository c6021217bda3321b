using System.Text;
using System.Text.Json;

namespace PlantRuntime.Plugins.Mqtt.Payloads;

/// <summary>A place in a payload where something is looked for, or that leads to such: all paths of a topic as a tree.</summary>
internal sealed class PathNode
{
    private readonly List<(byte[] Key, PathNode Node)> _members = [];
    private readonly List<(int Index, PathNode Node)> _elements = [];

    /// <summary>Places of the tags whose value is here.</summary>
    public List<int> Tags { get; } = [];

    /// <summary>True when the payload's time is here.</summary>
    public bool IsTime { get; set; }

    /// <summary>True when values are looked for in members or elements.</summary>
    public bool HasMembers => _members.Count > 0;

    /// <summary>The same of elements.</summary>
    public bool HasElements => _elements.Count > 0;

    /// <summary>The node of a path, made where it is not there yet.</summary>
    public PathNode At(IEnumerable<PathStep> path) => path.Aggregate(this, static (node, step) => node.Next(step));

    /// <summary>Where the member leads whose name the reader stands at, or null.</summary>
    public PathNode? Member(ref Utf8JsonReader json)
    {
        foreach (var (key, node) in _members)
        {
            if (json.ValueTextEquals(key)) return node;
        }

        return null;
    }

    /// <summary>Where an element leads, or null.</summary>
    public PathNode? Element(int index)
    {
        foreach (var (at, node) in _elements)
        {
            if (at == index) return node;
        }

        return null;
    }

    private PathNode Next(PathStep step)
    {
        var key = step.Key is null ? null : Encoding.UTF8.GetBytes(step.Key);
        var known = key is null ? Element(step.Index) : _members.Find(m => m.Key.AsSpan().SequenceEqual(key)).Node;
        if (known is not null) return known;
        var node = new PathNode();
        if (key is null) _elements.Add((step.Index, node));
        else _members.Add((key, node));
        return node;
    }
}
