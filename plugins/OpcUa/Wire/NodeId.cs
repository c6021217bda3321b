using System.Globalization;

namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>The four kinds of identifiers (OPC 10000-3, 8.2.3).</summary>
internal enum NodeIdKind : byte
{
    Numeric,
    String,
    Guid,
    Opaque,
}

/// <summary>
/// Identifies a node on one server, in one session: the namespace index can differ in the next session (OPC 10000-3, 8.2). Its text is the
/// one of OPC 10000-6, 5.3.1.10: <c>ns=3;s=Level</c>.
/// </summary>
internal readonly struct NodeId : IEquatable<NodeId>
{
    private readonly object? _identifier;

    public NodeId(uint identifier, ushort ns = 0) => (Numeric, Namespace) = (identifier, ns);

    public NodeId(string identifier, ushort ns) => (_identifier, Namespace, Kind) = (identifier, ns, NodeIdKind.String);

    public NodeId(Guid identifier, ushort ns) => (_identifier, Namespace, Kind) = (identifier, ns, NodeIdKind.Guid);

    public NodeId(byte[] identifier, ushort ns) => (_identifier, Namespace, Kind) = (identifier, ns, NodeIdKind.Opaque);

    private NodeId(NodeId other, ushort ns) => (_identifier, Numeric, Kind, Namespace) = (other._identifier, other.Numeric, other.Kind, ns);

    public static NodeId Null => default;

    public ushort Namespace { get; }

    public NodeIdKind Kind { get; }

    public uint Numeric { get; }

    public string Text => _identifier as string ?? "";

    public Guid Guid => _identifier is Guid guid ? guid : default;

    public byte[] Opaque => _identifier as byte[] ?? [];

    /// <summary>True for the null node of any kind (OPC 10000-3, 8.2.4).</summary>
    public bool IsNull => Namespace == 0 && Kind switch
    {
        NodeIdKind.Numeric => Numeric == 0,
        NodeIdKind.String => Text.Length == 0,
        NodeIdKind.Guid => Guid == default,
        _ => Opaque.Length == 0,
    };

    /// <summary>The same identifier in another namespace.</summary>
    public NodeId In(ushort ns) => new(this, ns);

    public static bool operator ==(NodeId left, NodeId right) => left.Equals(right);

    public static bool operator !=(NodeId left, NodeId right) => !left.Equals(right);

    public bool Equals(NodeId other) => Namespace == other.Namespace && Kind == other.Kind && Kind switch
    {
        NodeIdKind.Numeric => Numeric == other.Numeric,
        NodeIdKind.String => string.Equals(Text, other.Text, StringComparison.Ordinal),
        NodeIdKind.Guid => Guid == other.Guid,
        _ => Opaque.AsSpan().SequenceEqual(other.Opaque),
    };

    public override bool Equals(object? obj) => obj is NodeId other && Equals(other);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Namespace);
        hash.Add(Kind);
        switch (Kind)
        {
            case NodeIdKind.Numeric: hash.Add(Numeric); break;
            case NodeIdKind.String: hash.Add(Text, StringComparer.Ordinal); break;
            case NodeIdKind.Guid: hash.Add(Guid); break;
            default: hash.AddBytes(Opaque); break;
        }

        return hash.ToHashCode();
    }

    public override string ToString()
        => Namespace == 0 ? Identifier : string.Create(CultureInfo.InvariantCulture, $"ns={Namespace};{Identifier}");

    /// <summary>The identifier with its letter: <c>i=85</c>, <c>s=Level</c>.</summary>
    public string Identifier => Kind switch
    {
        NodeIdKind.Numeric => string.Create(CultureInfo.InvariantCulture, $"i={Numeric}"),
        NodeIdKind.String => $"s={Text}",
        NodeIdKind.Guid => $"g={Guid}",
        _ => $"b={Convert.ToBase64String(Opaque)}",
    };
}

/// <summary>A node that may be on another server or be given by its namespace's URI (OPC 10000-4, 7.16).</summary>
/// <param name="Node">The node; its namespace index counts only if there is no URI.</param>
/// <param name="NamespaceUri">URI of its namespace, or null.</param>
/// <param name="ServerIndex">Index of its server in the server table; 0 for the server itself.</param>
internal readonly record struct ExpandedNodeId(NodeId Node, string? NamespaceUri = null, uint ServerIndex = 0);
