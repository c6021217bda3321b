namespace PlantRuntime.Plugins.OpcUa.Wire;

/// <summary>
/// A value of any built-in type, an array or a matrix of one (OPC 10000-6, 5.2.2.16). Numbers are held without boxing. An array is a typed
/// .NET array: <c>short[]</c> for Int16, <c>byte[][]</c> for ByteString, and so on.
/// </summary>
internal readonly struct Variant
{
    private readonly long _bits;
    private readonly object? _object;

    private Variant(BuiltInType type, long bits, object? content, bool isArray = false, int[]? dimensions = null) =>
        (Type, _bits, _object, IsArray, Dimensions) = (type, bits, content, isArray, dimensions);

    public static Variant Null => default;

    /// <summary>False for another number or text. Arrays and structures are not compared.</summary>
    public bool MayBeSame(Variant other) => Type == other.Type && _bits == other._bits
        && (_object is not string text || text.Equals(other._object as string, StringComparison.Ordinal));

    public BuiltInType Type { get; }

    public bool IsArray { get; }

    /// <summary>Lengths of a matrix, outermost first; null for scalars and arrays of one dimension.</summary>
    public int[]? Dimensions { get; }

    public bool IsNull => Type == BuiltInType.Null;

    /// <summary>
    /// The bits of a Boolean, integer, StatusCode, Float (as Int32 bits), Double (as Int64 bits) or DateTime (as .NET ticks).
    /// </summary>
    public long Bits => _bits;

    /// <summary>The content of every other type and of arrays.</summary>
    public object? Content => _object;

    /// <summary>The elements of an array; empty for scalars and the null array.</summary>
    public Array Elements => IsArray && _object is Array array ? array : System.Array.Empty<object>();

    public bool Boolean => _bits != 0;

    public float Float => BitConverter.Int32BitsToSingle((int)_bits);

    public double Double => BitConverter.Int64BitsToDouble(_bits);

    public DateTime DateTime => new(_bits, DateTimeKind.Utc);

    public StatusCode StatusCode => new((uint)_bits);

    public string? Text => _object as string;

    public NodeId NodeId => _object switch
    {
        NodeId node => node,
        ExpandedNodeId expanded => expanded.Node,
        _ => default,
    };

    public static Variant From(bool value) => new(BuiltInType.Boolean, value ? 1 : 0, null);

    public static Variant From(float value) => new(BuiltInType.Float, BitConverter.SingleToInt32Bits(value), null);

    public static Variant From(double value) => new(BuiltInType.Double, BitConverter.DoubleToInt64Bits(value), null);

    public static Variant From(string? value) => new(BuiltInType.String, 0, value);

    public static Variant From(DateTime value) => new(BuiltInType.DateTime, value.Ticks, null);

    public static Variant From(StatusCode value) => new(BuiltInType.StatusCode, value.Code, null);

    /// <summary>An integer of the given type; the caller has checked its range.</summary>
    public static Variant Integer(BuiltInType type, long value) => new(type, value, null);

    /// <summary>A scalar whose content is an object: Guid, ByteString, NodeId, QualifiedName, ExtensionObject and so on.</summary>
    public static Variant Object(BuiltInType type, object? content) => new(type, 0, content);

    /// <summary>An array; <paramref name="dimensions"/> has its lengths if it is a matrix.</summary>
    public static Variant Array(BuiltInType type, Array? elements, int[]? dimensions = null)
        => new(type, 0, elements, isArray: true, dimensions);
}

/// <summary>
/// A value with its status and times (OPC 10000-4, 7.11; OPC 10000-6, 5.2.2.17). Times are null where the server sent none.
/// </summary>
internal readonly struct DataValue(Variant value, StatusCode status, DateTime? sourceTime = null, DateTime? serverTime = null)
{
    public Variant Value { get; } = value;

    public StatusCode Status { get; } = status;

    public DateTime? SourceTime { get; } = sourceTime;

    public DateTime? ServerTime { get; } = serverTime;
}

/// <summary>How the body of an <see cref="ExtensionObject"/> is encoded (OPC 10000-6, 5.2.2.15).</summary>
internal enum BodyEncoding : byte
{
    None = 0,
    Binary = 1,
    Xml = 2,
}

/// <summary>A structure with the id of its encoding. The body is decoded later, with the type's definition.</summary>
/// <param name="TypeId">Node of the encoding, not of the data type.</param>
/// <param name="Encoding">How the body is encoded.</param>
/// <param name="Body">The body, empty for none.</param>
internal sealed record ExtensionObject(ExpandedNodeId TypeId, BodyEncoding Encoding, byte[] Body)
{
    public static ExtensionObject Empty { get; } = new(default, BodyEncoding.None, []);
}

/// <summary>Vendor details of a failed operation (OPC 10000-4, 7.12). Indexes refer to the response's string table; -1 for none.</summary>
internal sealed record DiagnosticInfo(
    int SymbolicId, int NamespaceUri, int Locale, int LocalizedText, string? AdditionalInfo, StatusCode InnerStatus, DiagnosticInfo? Inner);
