namespace PlantRuntime.Plugins.OpcUa.Wire;

internal sealed partial class UaWriter
{
    /// <summary>The shortest encoding of 5.2.2.9.</summary>
    public void NodeId(NodeId node) => NodeId(node, 0);

    /// <summary>5.2.2.10.</summary>
    public void ExpandedNodeId(ExpandedNodeId node)
    {
        var flags = (node.NamespaceUri is null ? 0 : 0x80) | (node.ServerIndex == 0 ? 0 : 0x40);
        NodeId(node.Node, (byte)flags);
        if (node.NamespaceUri is not null) String(node.NamespaceUri);
        if (node.ServerIndex != 0) UInt32(node.ServerIndex);
    }

    public void QualifiedName(QualifiedName name)
    {
        UInt16(name.Namespace);
        String(name.Name);
    }

    /// <summary>5.2.2.14.</summary>
    public void LocalizedText(LocalizedText text)
    {
        Byte((byte)((text.Locale is null ? 0 : 1) | (text.Text is null ? 0 : 2)));
        if (text.Locale is not null) String(text.Locale);
        if (text.Text is not null) String(text.Text);
    }

    /// <summary>5.2.2.15.</summary>
    public void ExtensionObject(ExtensionObject value)
    {
        ExpandedNodeId(value.TypeId);
        Byte((byte)value.Encoding);
        if (value.Encoding != BodyEncoding.None) Bytes(value.Body);
    }

    /// <summary>
    /// Begins an ExtensionObject with a binary body of the structure whose encoding has this id; <see cref="EndBody"/> ends it.
    /// </summary>
    public int BeginBody(uint encodingId)
    {
        NodeId(new NodeId(encodingId));
        Byte((byte)BodyEncoding.Binary);
        return Reserve();
    }

    public void EndBody(int begin) => PatchUInt32(begin, (uint)(Length - begin - 4));

    public void NoExtensionObject()
    {
        NodeId(Wire.NodeId.Null);
        Byte((byte)BodyEncoding.None);
    }

    /// <summary>5.2.2.17. A good status is left out.</summary>
    public void DataValue(in DataValue value)
    {
        Enter();
        var mask = (value.Value.IsNull ? 0 : 0x01) | (value.Status.Code == 0 ? 0 : 0x02) | (value.SourceTime is null ? 0 : 0x04)
            | (value.ServerTime is null ? 0 : 0x08);
        Byte((byte)mask);
        if ((mask & 0x01) != 0) Variant(value.Value);
        if ((mask & 0x02) != 0) StatusCode(value.Status);
        if (value.SourceTime is { } source) DateTime(source);
        if (value.ServerTime is { } server) DateTime(server);
        _depth--;
    }

    /// <summary>5.2.2.12.</summary>
    public void DiagnosticInfo(DiagnosticInfo? info)
    {
        if (info is null)
        {
            Byte(0);
            return;
        }

        Enter();
        var mask = (info.SymbolicId < 0 ? 0 : 0x01) | (info.NamespaceUri < 0 ? 0 : 0x02) | (info.LocalizedText < 0 ? 0 : 0x04)
            | (info.Locale < 0 ? 0 : 0x08) | (info.AdditionalInfo is null ? 0 : 0x10) | (info.InnerStatus.Code == 0 ? 0 : 0x20)
            | (info.Inner is null ? 0 : 0x40);
        Byte((byte)mask);
        if (info.SymbolicId >= 0) Int32(info.SymbolicId);
        if (info.NamespaceUri >= 0) Int32(info.NamespaceUri);
        if (info.Locale >= 0) Int32(info.Locale);
        if (info.LocalizedText >= 0) Int32(info.LocalizedText);
        if (info.AdditionalInfo is not null) String(info.AdditionalInfo);
        if (info.InnerStatus.Code != 0) StatusCode(info.InnerStatus);
        if (info.Inner is not null) DiagnosticInfo(info.Inner);
        _depth--;
    }

    public void Strings(params ReadOnlySpan<string> values)
    {
        Int32(values.Length);
        foreach (var value in values) String(value);
    }

    private void NodeId(NodeId node, byte flags)
    {
        switch (node.Kind)
        {
            case NodeIdKind.Numeric when node.Namespace == 0 && node.Numeric <= byte.MaxValue:
                Byte(flags);
                Byte((byte)node.Numeric);
                break;
            case NodeIdKind.Numeric when node.Namespace <= byte.MaxValue && node.Numeric <= ushort.MaxValue:
                Byte((byte)(flags | 1));
                Byte((byte)node.Namespace);
                UInt16((ushort)node.Numeric);
                break;
            case NodeIdKind.Numeric:
                Head(2);
                UInt32(node.Numeric);
                break;
            case NodeIdKind.String:
                Head(3);
                String(node.Text);
                break;
            case NodeIdKind.Guid:
                Head(4);
                Guid(node.Guid);
                break;
            default:
                Head(5);
                Bytes(node.Opaque);
                break;
        }

        void Head(int kind)
        {
            Byte((byte)(flags | kind));
            UInt16(node.Namespace);
        }
    }
}
