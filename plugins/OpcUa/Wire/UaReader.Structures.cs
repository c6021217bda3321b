namespace PlantRuntime.Plugins.OpcUa.Wire;

internal ref partial struct UaReader
{
    private const byte NamespaceUriFlag = 0x80;
    private const byte ServerIndexFlag = 0x40;

    public NodeId NodeId()
    {
        var encoding = Byte();
        return (encoding & (NamespaceUriFlag | ServerIndexFlag)) == 0 ? NodeId(encoding)
            : throw Wrong("a NodeId with flags of an ExpandedNodeId");
    }

    /// <summary>5.2.2.10.</summary>
    public ExpandedNodeId ExpandedNodeId()
    {
        var encoding = Byte();
        var node = NodeId((byte)(encoding & 0x3F));
        var uri = (encoding & NamespaceUriFlag) != 0 ? String() : null;
        var server = (encoding & ServerIndexFlag) != 0 ? UInt32() : 0;
        return new ExpandedNodeId(node, uri, server);
    }

    public QualifiedName QualifiedName() => new(UInt16(), String());

    /// <summary>5.2.2.14.</summary>
    public LocalizedText LocalizedText()
    {
        var mask = Byte();
        var locale = (mask & 1) != 0 ? String() : null;
        return new LocalizedText(locale, (mask & 2) != 0 ? String() : null);
    }

    /// <summary>5.2.2.15.</summary>
    public ExtensionObject ExtensionObject()
    {
        var type = ExpandedNodeId();
        var encoding = (BodyEncoding)Byte();
        return encoding switch
        {
            BodyEncoding.None => type == default ? Wire.ExtensionObject.Empty : new ExtensionObject(type, encoding, []),
            BodyEncoding.Binary or BodyEncoding.Xml => new ExtensionObject(type, encoding, ByteString() ?? []),
            _ => throw Wrong($"an ExtensionObject with encoding {(byte)encoding}"),
        };
    }

    /// <summary>Skips an ExtensionObject; returns its type and body without copying.</summary>
    public ReadOnlySpan<byte> ExtensionBody(out NodeId type)
    {
        type = ExpandedNodeId().Node;
        var encoding = Byte();
        return encoding switch
        {
            0 => default,
            1 or 2 => Bytes(),
            _ => throw Wrong($"an ExtensionObject with encoding {encoding}"),
        };
    }

    /// <summary>5.2.2.17. Picoseconds are read and dropped: .NET time has none.</summary>
    public DataValue DataValue()
    {
        Enter();
        var mask = Byte();
        var value = (mask & 0x01) != 0 ? Variant() : default;
        var status = (mask & 0x02) != 0 ? StatusCode() : default;
        DateTime? source = (mask & 0x04) != 0 ? DateTime() : null;
        if ((mask & 0x10) != 0) Skip(2);
        DateTime? server = (mask & 0x08) != 0 ? DateTime() : null;
        if ((mask & 0x20) != 0) Skip(2);
        Leave();
        return new DataValue(value, status, source, server);
    }

    /// <summary>5.2.2.12; null for an empty one.</summary>
    public DiagnosticInfo? DiagnosticInfo()
    {
        Enter();
        var mask = Byte();
        var symbolicId = (mask & 0x01) != 0 ? Int32() : -1;
        var namespaceUri = (mask & 0x02) != 0 ? Int32() : -1;
        var locale = (mask & 0x08) != 0 ? Int32() : -1;
        var localizedText = (mask & 0x04) != 0 ? Int32() : -1;
        var additionalInfo = (mask & 0x10) != 0 ? String() : null;
        var innerStatus = (mask & 0x20) != 0 ? StatusCode() : default;
        var inner = (mask & 0x40) != 0 ? DiagnosticInfo() : null;
        Leave();
        return mask == 0 ? null : new DiagnosticInfo(symbolicId, namespaceUri, locale, localizedText, additionalInfo, innerStatus, inner);
    }

    /// <summary>Skips an array of DiagnosticInfos, which end most responses.</summary>
    public void SkipDiagnostics()
    {
        for (var count = ArrayLength(1); count > 0; count--) _ = DiagnosticInfo();
    }

    public string[] Strings()
    {
        var strings = new string[ArrayLength(4)];
        for (var i = 0; i < strings.Length; i++) strings[i] = String() ?? "";
        return strings;
    }

    public StatusCode[] StatusCodes()
    {
        var codes = new StatusCode[ArrayLength(4, CodecLimits.ArrayLength)];
        for (var i = 0; i < codes.Length; i++) codes[i] = StatusCode();
        return codes;
    }

    // 5.2.2.9.
    private NodeId NodeId(byte encoding)
    {
        switch (encoding)
        {
            case 0: return new NodeId(Byte());
            case 1:
                var ns = Byte();
                return new NodeId(UInt16(), ns);
            case 2:
                var nsNumeric = UInt16();
                return new NodeId(UInt32(), nsNumeric);
            case 3:
                var nsText = UInt16();
                return new NodeId(String() ?? "", nsText);
            case 4:
                var nsGuid = UInt16();
                return new NodeId(Guid(), nsGuid);
            case 5:
                var nsOpaque = UInt16();
                return new NodeId(ByteString() ?? [], nsOpaque);
            default:
                throw Wrong($"a NodeId of kind {encoding}");
        }
    }
}
