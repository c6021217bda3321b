namespace PlantRuntime.Plugins.OpcUa.Wire;

internal ref partial struct UaReader
{
    private const byte ArrayFlag = 0x80;
    private const byte DimensionsFlag = 0x40;

    private delegate T ReadElement<T>(ref UaReader reader);

    /// <summary>5.2.2.16. Types 26 to 31 are read as ByteStrings, as the clause asks.</summary>
    public Variant Variant()
    {
        Enter();
        var encoding = Byte();
        var type = (BuiltInType)(encoding & 0x3F);
        if ((byte)type > 31) throw Wrong($"a Variant of type {(byte)type}");
        if ((byte)type > 25) type = BuiltInType.ByteString;
        Variant value;
        if ((encoding & ArrayFlag) != 0)
        {
            if (type == BuiltInType.Null) throw Wrong("an array of no type");
            var elements = Array(type);
            value = Wire.Variant.Array(type, elements, (encoding & DimensionsFlag) != 0 ? Dimensions(elements?.Length ?? 0) : null);
        }
        else
        {
            value = Scalar(type);
        }

        Leave();
        return value;
    }

    /// <summary>A value of a built-in type.</summary>
    public Variant Scalar(BuiltInType type) => type switch
    {
        BuiltInType.Null => default,
        BuiltInType.Boolean => Wire.Variant.From(Boolean()),
        BuiltInType.SByte => Wire.Variant.Integer(type, SByte()),
        BuiltInType.Byte => Wire.Variant.Integer(type, Byte()),
        BuiltInType.Int16 => Wire.Variant.Integer(type, Int16()),
        BuiltInType.UInt16 => Wire.Variant.Integer(type, UInt16()),
        BuiltInType.Int32 => Wire.Variant.Integer(type, Int32()),
        BuiltInType.UInt32 => Wire.Variant.Integer(type, UInt32()),
        BuiltInType.Int64 => Wire.Variant.Integer(type, Int64()),
        BuiltInType.UInt64 => Wire.Variant.Integer(type, (long)UInt64()),
        BuiltInType.Float => Wire.Variant.From(Float()),
        BuiltInType.Double => Wire.Variant.From(Double()),
        BuiltInType.DateTime => Wire.Variant.From(DateTime()),
        BuiltInType.StatusCode => Wire.Variant.From(StatusCode()),
        BuiltInType.String => Wire.Variant.From(String()),
        BuiltInType.XmlElement => Wire.Variant.Object(type, String()),
        BuiltInType.Guid => Wire.Variant.Object(type, Guid()),
        BuiltInType.ByteString => Wire.Variant.Object(type, ByteString()),
        BuiltInType.NodeId => Wire.Variant.Object(type, NodeId()),
        BuiltInType.ExpandedNodeId => Wire.Variant.Object(type, ExpandedNodeId()),
        BuiltInType.QualifiedName => Wire.Variant.Object(type, QualifiedName()),
        BuiltInType.LocalizedText => Wire.Variant.Object(type, LocalizedText()),
        BuiltInType.ExtensionObject => Wire.Variant.Object(type, ExtensionObject()),
        BuiltInType.DataValue => Wire.Variant.Object(type, DataValue()),
        BuiltInType.DiagnosticInfo => Wire.Variant.Object(type, DiagnosticInfo()),
        BuiltInType.Variant => throw Wrong("a Variant that is a scalar Variant"),
        _ => throw Wrong($"built-in type {(byte)type}"),
    };

    /// <summary>An array of a built-in type; null for the null array.</summary>
    public Array? Array(BuiltInType type) => type switch
    {
        BuiltInType.Boolean => Array(1, static (ref UaReader r) => r.Boolean()),
        BuiltInType.SByte => Array(1, static (ref UaReader r) => r.SByte()),
        BuiltInType.Byte => Array(1, static (ref UaReader r) => r.Byte()),
        BuiltInType.Int16 => Array(2, static (ref UaReader r) => r.Int16()),
        BuiltInType.UInt16 => Array(2, static (ref UaReader r) => r.UInt16()),
        BuiltInType.Int32 => Array(4, static (ref UaReader r) => r.Int32()),
        BuiltInType.UInt32 => Array(4, static (ref UaReader r) => r.UInt32()),
        BuiltInType.Int64 => Array(8, static (ref UaReader r) => r.Int64()),
        BuiltInType.UInt64 => Array(8, static (ref UaReader r) => r.UInt64()),
        BuiltInType.Float => Array(4, static (ref UaReader r) => r.Float()),
        BuiltInType.Double => Array(8, static (ref UaReader r) => r.Double()),
        BuiltInType.String or BuiltInType.XmlElement => Array(4, static (ref UaReader r) => r.String()),
        BuiltInType.DateTime => Array(8, static (ref UaReader r) => r.DateTime()),
        BuiltInType.Guid => Array(16, static (ref UaReader r) => r.Guid()),
        BuiltInType.ByteString => Array(4, static (ref UaReader r) => r.ByteString()),
        BuiltInType.StatusCode => Array(4, static (ref UaReader r) => r.StatusCode()),
        BuiltInType.NodeId => Array(2, static (ref UaReader r) => r.NodeId(), CodecLimits.StructureArrayLength),
        BuiltInType.ExpandedNodeId => Array(2, static (ref UaReader r) => r.ExpandedNodeId(), CodecLimits.StructureArrayLength),
        BuiltInType.QualifiedName => Array(6, static (ref UaReader r) => r.QualifiedName(), CodecLimits.StructureArrayLength),
        BuiltInType.LocalizedText => Array(1, static (ref UaReader r) => r.LocalizedText(), CodecLimits.StructureArrayLength),
        BuiltInType.ExtensionObject => Array(3, static (ref UaReader r) => r.ExtensionObject(), CodecLimits.StructureArrayLength),
        BuiltInType.DataValue => Array(1, static (ref UaReader r) => r.DataValue(), CodecLimits.StructureArrayLength),
        BuiltInType.Variant => Array(1, static (ref UaReader r) => r.Variant(), CodecLimits.StructureArrayLength),
        BuiltInType.DiagnosticInfo => Array(1, static (ref UaReader r) => r.DiagnosticInfo(), CodecLimits.StructureArrayLength),
        _ => throw Wrong($"an array of built-in type {(byte)type}"),
    };

    private T[]? Array<T>(int least, ReadElement<T> read, int limit = CodecLimits.ArrayLength)
    {
        var position = _position;
        if (Int32() < 0) return null;
        _position = position;
        var length = ArrayLength(least, limit);
        var elements = new T[length];
        for (var i = 0; i < length; i++) elements[i] = read(ref this);
        return elements;
    }

    // A matrix whose dimensions do not fit its elements is a decoding error (5.2.2.16).
    private int[]? Dimensions(int elements)
    {
        var count = ArrayLength(4, CodecLimits.Dimensions);
        if (count == 0) return null;
        var dimensions = new int[count];
        var product = 1L;
        for (var i = 0; i < count; i++)
        {
            dimensions[i] = Int32();
            if (dimensions[i] < 0) throw Wrong($"a dimension of {dimensions[i]}");
            product = Math.Min(product * dimensions[i], int.MaxValue);
        }

        if (product != elements) throw Wrong($"dimensions [{string.Join(", ", dimensions)}] for {elements} elements");
        return count == 1 ? null : dimensions;
    }
}
