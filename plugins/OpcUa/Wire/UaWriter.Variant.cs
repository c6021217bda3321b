namespace PlantRuntime.Plugins.OpcUa.Wire;

internal sealed partial class UaWriter
{
    /// <summary>5.2.2.16.</summary>
    public void Variant(in Variant value)
    {
        Enter();
        if (value.IsArray)
        {
            Byte((byte)((byte)value.Type | 0x80 | (value.Dimensions is null ? 0 : 0x40)));
            Array(value.Type, value.Content as Array);
            if (value.Dimensions is { } dimensions)
            {
                Int32(dimensions.Length);
                foreach (var length in dimensions) Int32(length);
            }
        }
        else
        {
            Byte((byte)value.Type);
            if (!value.IsNull) Scalar(value);
        }

        _depth--;
    }

    /// <summary>A value of a built-in type, without the byte that names it.</summary>
    public void Scalar(in Variant value)
    {
        switch (value.Type)
        {
            case BuiltInType.Boolean: Boolean(value.Boolean); break;
            case BuiltInType.SByte or BuiltInType.Byte: Byte((byte)value.Bits); break;
            case BuiltInType.Int16 or BuiltInType.UInt16: UInt16((ushort)value.Bits); break;
            case BuiltInType.Int32 or BuiltInType.UInt32 or BuiltInType.Float or BuiltInType.StatusCode: UInt32((uint)value.Bits); break;
            case BuiltInType.Int64 or BuiltInType.UInt64 or BuiltInType.Double: Int64(value.Bits); break;
            case BuiltInType.DateTime: DateTime(value.DateTime); break;
            default: Element(value.Type, value.Content); break;
        }
    }

    /// <summary>An array of a built-in type; null has the length -1.</summary>
    public void Array(BuiltInType type, Array? elements)
    {
        Int32(elements?.Length ?? -1);
        switch (elements)
        {
            case null: break;
            case bool[] a: foreach (var e in a) Boolean(e); break;
            case byte[] a: Raw(a); break;
            case sbyte[] a: foreach (var e in a) SByte(e); break;
            case short[] a: foreach (var e in a) Int16(e); break;
            case ushort[] a: foreach (var e in a) UInt16(e); break;
            case int[] a: foreach (var e in a) Int32(e); break;
            case uint[] a: foreach (var e in a) UInt32(e); break;
            case long[] a: foreach (var e in a) Int64(e); break;
            case ulong[] a: foreach (var e in a) UInt64(e); break;
            case float[] a: foreach (var e in a) Float(e); break;
            case double[] a: foreach (var e in a) Double(e); break;
            case DateTime[] a: foreach (var e in a) DateTime(e); break;
            case StatusCode[] a: foreach (var e in a) StatusCode(e); break;
            case Guid[] a: foreach (var e in a) Guid(e); break;
            default: foreach (var e in elements) Element(type, e); break;
        }
    }

    private void Element(BuiltInType type, object? value)
    {
        switch (type)
        {
            case BuiltInType.String or BuiltInType.XmlElement: String((string?)value); break;
            case BuiltInType.Guid: Guid((Guid)value!); break;
            case BuiltInType.ByteString: Bytes((byte[]?)value); break;
            case BuiltInType.NodeId: NodeId((NodeId)value!); break;
            case BuiltInType.ExpandedNodeId: ExpandedNodeId((ExpandedNodeId)value!); break;
            case BuiltInType.QualifiedName: QualifiedName((QualifiedName)value!); break;
            case BuiltInType.LocalizedText: LocalizedText((LocalizedText)value!); break;
            case BuiltInType.ExtensionObject: ExtensionObject((ExtensionObject)value!); break;
            case BuiltInType.DataValue: DataValue((DataValue)value!); break;
            case BuiltInType.Variant: Variant((Variant)value!); break;
            case BuiltInType.DiagnosticInfo: DiagnosticInfo((DiagnosticInfo?)value); break;
            default: throw new EncodingException($"built-in type {(byte)type} cannot be encoded");
        }
    }
}
