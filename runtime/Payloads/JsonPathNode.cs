using System.Text;
using System.Text.Json;

namespace PlantRuntime.Payloads;

/// <summary>
/// A node in the tree of all JSON paths of a source. One <see cref="PayloadPlan"/> owns the tree; it is not changed after the plan is
/// created.
/// </summary>
public sealed class JsonPathNode
{
    private readonly List<(byte[] Key, JsonPathNode Node)> _members = [];
    private readonly List<(int Index, JsonPathNode Node)> _elements = [];

    /// <summary>Indexes of the tags whose value is at this node.</summary>
    public List<int> Tags { get; } = [];

    /// <summary>True when the payload's time is at this node.</summary>
    public bool IsTime { get; set; }

    /// <summary>True when paths continue into members of an object.</summary>
    public bool HasMembers => _members.Count > 0;

    /// <summary>The node of <c>[*]</c>, every element of an array; null when no path has it.</summary>
    public JsonPathNode? Each { get; private set; }

    /// <summary>True when paths continue into elements of an array.</summary>
    public bool HasElements => _elements.Count > 0 || Each is not null;

    /// <summary>Returns the node of a path and creates missing nodes.</summary>
    public JsonPathNode GetOrAdd(IEnumerable<JsonPathStep> path) => path.Aggregate(this, static (node, step) => node.GetOrAddChild(step));

    /// <summary>Returns the node of the member whose name is the reader's current token, or null.</summary>
    public JsonPathNode? FindMember(ref Utf8JsonReader json)
    {
        foreach (var (key, node) in _members)
        {
            if (json.ValueTextEquals(key)) return node;
        }

        return null;
    }

    /// <summary>Returns the node of an element, or null.</summary>
    public JsonPathNode? FindElement(int index)
    {
        foreach (var (at, node) in _elements)
        {
            if (at == index) return node;
        }

        return null;
    }

    private JsonPathNode GetOrAddChild(JsonPathStep step)
    {
        if (step.IsEach) return Each ??= new JsonPathNode();
        var key = step.Key is null ? null : Encoding.UTF8.GetBytes(step.Key);
        var known = key is null ? FindElement(step.Index) : _members.Find(m => m.Key.AsSpan().SequenceEqual(key)).Node;
        if (known is not null) return known;
        var node = new JsonPathNode();
        if (key is null) _elements.Add((step.Index, node));
        else _members.Add((key, node));
        return node;
    }
}
