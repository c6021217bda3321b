namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>One attribute to read (OPC 10000-4, 7.29).</summary>
internal readonly record struct ReadValueId(NodeId Node, AttributeId Attribute = AttributeId.Value, string? IndexRange = null)
{
    public void Write(UaWriter writer)
    {
        writer.NodeId(Node);
        writer.UInt32((uint)Attribute);
        writer.String(IndexRange);
        writer.QualifiedName(default);
    }
}

/// <summary>Read (OPC 10000-4, 5.11.2): some of a prepared list of attributes.</summary>
internal sealed class ReadRequest : ServiceRequest
{
    public override uint EncodingId => Ids.ReadRequest;

    public override uint ResponseId => Ids.ReadResponse;

    public ReadOnlyMemory<ReadValueId> Nodes { get; set; }

    public override void Encode(UaWriter writer)
    {
        writer.Double(0); // MaxAge: the server reads the device.
        writer.Int32(2); // TimestampsToReturn Both
        writer.Int32(Nodes.Length);
        foreach (ref readonly var node in Nodes.Span) node.Write(writer);
    }

    /// <summary>Number of results; each is then read by <see cref="UaReader.DataValue"/>.</summary>
    public static int ReadCount(ref UaReader reader) => reader.ArrayLength(1);

    public static DataValue[] ReadAll(ref UaReader reader)
    {
        var values = new DataValue[ReadCount(ref reader)];
        for (var i = 0; i < values.Length; i++) values[i] = reader.DataValue();
        return values;
    }
}

/// <summary>Write (OPC 10000-4, 5.11.4): one value. Servers need not accept a status or times, so none are sent.</summary>
internal sealed class WriteRequest(NodeId node, Variant value, string? indexRange = null) : ServiceRequest
{
    public override uint EncodingId => Ids.WriteRequest;

    public override uint ResponseId => Ids.WriteResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Int32(1);
        writer.NodeId(node);
        writer.UInt32((uint)AttributeId.Value);
        writer.String(indexRange);
        writer.DataValue(new DataValue(value, default));
    }
}
