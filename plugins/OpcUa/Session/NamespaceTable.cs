using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>The server's namespaces in this session (OPC 10000-5, 6.3.1, NamespaceArray): indexes may differ after its restart.</summary>
internal sealed class NamespaceTable(IReadOnlyList<string> uris)
{
    public IReadOnlyList<string> Uris => uris;

    /// <summary>The node with this session's index; null if the server has no such namespace.</summary>
    public NodeId? Resolve(NodeId node, string? uri)
    {
        if (uri is null) return node;
        for (var i = 0; i < uris.Count && i <= ushort.MaxValue; i++)
        {
            if (uris[i] == uri) return node.In((ushort)i);
        }

        return null;
    }

    public NodeId? Resolve(ExpandedNodeId node) => node.ServerIndex == 0 ? Resolve(node.Node, node.NamespaceUri) : null;

    /// <summary>An address that stays valid when indexes change: <c>nsu=http://plant;s=Level</c>.</summary>
    public string Address(NodeId node)
    {
        if (node.Namespace == 0 || node.Namespace >= uris.Count || uris[node.Namespace].Length == 0) return node.ToString();
        var uri = uris[node.Namespace].Replace("%", "%25", StringComparison.Ordinal).Replace(";", "%3B", StringComparison.Ordinal);
        return $"nsu={uri};{node.Identifier}";
    }
}
