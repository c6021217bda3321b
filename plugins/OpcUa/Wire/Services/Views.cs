namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>A reference from a browsed node (OPC 10000-4, 7.30).</summary>
internal sealed record ReferenceDescription(
    NodeId ReferenceType, bool IsForward, ExpandedNodeId Node, QualifiedName BrowseName, LocalizedText DisplayName, NodeClass NodeClass,
    ExpandedNodeId TypeDefinition)
{
    private const int LeastBytes = 18;

    public static ReferenceDescription[] ReadArray(ref UaReader reader)
    {
        var references = new ReferenceDescription[reader.ArrayLength(LeastBytes)];
        for (var i = 0; i < references.Length; i++)
        {
            references[i] = new ReferenceDescription(
                reader.NodeId(), reader.Boolean(), reader.ExpandedNodeId(), reader.QualifiedName(), reader.LocalizedText(),
                (NodeClass)reader.Int32(), reader.ExpandedNodeId());
        }

        return references;
    }
}

/// <summary>Browse (OPC 10000-4, 5.9.2): the references of some nodes.</summary>
internal sealed class BrowseRequest(
    IReadOnlyList<NodeId> nodes, uint referenceType, NodeClass classes, uint maxReferences, bool isForward = true) : ServiceRequest
{
    private const uint AllResultFields = 0x3F;

    public override uint EncodingId => Ids.BrowseRequest;

    public override uint ResponseId => Ids.BrowseResponse;

    public override void Encode(UaWriter writer)
    {
        writer.NodeId(NodeId.Null);
        writer.DateTime(DateTime.MinValue);
        writer.UInt32(0);
        writer.UInt32(maxReferences);
        writer.Int32(nodes.Count);
        foreach (var node in nodes)
        {
            writer.NodeId(node);
            writer.Int32(isForward ? 0 : 1);
            writer.NodeId(new NodeId(referenceType));
            writer.Boolean(true);
            writer.UInt32((uint)classes);
            writer.UInt32(AllResultFields);
        }
    }
}

/// <summary>BrowseNext (OPC 10000-4, 5.9.3): goes on where the server stopped, or releases what it kept for that.</summary>
internal sealed class BrowseNextRequest(IReadOnlyList<byte[]> continuationPoints, bool release) : ServiceRequest
{
    public override uint EncodingId => Ids.BrowseNextRequest;

    public override uint ResponseId => Ids.BrowseNextResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Boolean(release);
        writer.Int32(continuationPoints.Count);
        foreach (var point in continuationPoints) writer.Bytes(point);
    }
}

/// <summary>The references of one node, perhaps not all (OPC 10000-4, 7.6).</summary>
internal sealed record BrowseResult(StatusCode Status, byte[] ContinuationPoint, ReferenceDescription[] References)
{
    private const int LeastBytes = 12;

    public static BrowseResult[] ReadAll(ref UaReader reader)
    {
        var results = new BrowseResult[reader.ArrayLength(LeastBytes)];
        for (var i = 0; i < results.Length; i++)
            results[i] = new BrowseResult(reader.StatusCode(), reader.ByteString() ?? [], ReferenceDescription.ReadArray(ref reader));
        return results;
    }
}

/// <summary>One browse path (OPC 10000-4, 7.31): browse names along hierarchical references, from a node.</summary>
internal sealed record BrowsePath(NodeId Start, IReadOnlyList<QualifiedName> Names);

/// <summary>TranslateBrowsePathsToNodeIds (OPC 10000-4, 5.9.4).</summary>
internal sealed class TranslateBrowsePathsRequest(IReadOnlyList<BrowsePath> paths) : ServiceRequest
{
    public override uint EncodingId => Ids.TranslateBrowsePathsToNodeIdsRequest;

    public override uint ResponseId => Ids.TranslateBrowsePathsToNodeIdsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Int32(paths.Count);
        foreach (var path in paths)
        {
            writer.NodeId(path.Start);
            writer.Int32(path.Names.Count);
            foreach (var name in path.Names)
            {
                writer.NodeId(new NodeId(Ids.HierarchicalReferences));
                writer.Boolean(false);
                writer.Boolean(true);
                writer.QualifiedName(name);
            }
        }
    }

    /// <summary>For each path its status and the nodes that the whole path leads to.</summary>
    public static (StatusCode Status, NodeId[] Targets)[] Read(ref UaReader reader)
    {
        var results = new (StatusCode, NodeId[])[reader.ArrayLength(8)];
        for (var i = 0; i < results.Length; i++)
        {
            var status = reader.StatusCode();
            var targets = new List<NodeId>();
            for (var count = reader.ArrayLength(6); count > 0; count--)
            {
                var target = reader.ExpandedNodeId();
                var isWhole = reader.UInt32() == uint.MaxValue;
                if (isWhole && target.ServerIndex == 0) targets.Add(target.Node);
            }

            results[i] = (status, [.. targets]);
        }

        return results;
    }
}

/// <summary>RegisterNodes (OPC 10000-4, 5.9.5).</summary>
internal sealed class RegisterNodesRequest(IReadOnlyList<NodeId> nodes) : ServiceRequest
{
    public override uint EncodingId => Ids.RegisterNodesRequest;

    public override uint ResponseId => Ids.RegisterNodesResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Int32(nodes.Count);
        foreach (var node in nodes) writer.NodeId(node);
    }

    public static NodeId[] Read(ref UaReader reader)
    {
        var registered = new NodeId[reader.ArrayLength(2)];
        for (var i = 0; i < registered.Length; i++) registered[i] = reader.NodeId();
        return registered;
    }
}
