using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Types;

/// <summary>
/// Decodes bodies of ExtensionObjects with the server's definitions (OPC 10000-6, 5.2.6 to 5.2.8). Pure: definitions that are missing are
/// collected, so that they can be loaded and the value decoded again.
/// </summary>
internal sealed class StructureDecoder(TypeRegistry types)
{
    private const int MostFields = 10_000;

    private int _fields;
    private int _depth;

    /// <summary>Encodings and data types that were needed and are not known yet.</summary>
    public HashSet<NodeId> MissingEncodings { get; } = [];

    public HashSet<NodeId> MissingTypes { get; } = [];

    public bool IsComplete => MissingEncodings.Count == 0 && MissingTypes.Count == 0;

    /// <summary>The value with all structures in it decoded as far as their definitions are known.</summary>
    /// <exception cref="DecodingException">A body does not fit its definition.</exception>
    public Variant Decode(Variant value)
    {
        if (value.Type != BuiltInType.ExtensionObject) return value.Type == BuiltInType.Variant ? DecodeVariants(value) : value;
        if (!value.IsArray) return value.Content is ExtensionObject one ? Structure(one) : value;
        if (value.Content is not ExtensionObject[] all) return value;
        var decoded = new object?[all.Length];
        for (var i = 0; i < all.Length; i++) decoded[i] = Structure(all[i]).Content;
        return Variant.Array(BuiltInType.ExtensionObject, decoded, value.Dimensions);
    }

    private Variant DecodeVariants(Variant value) => value.Content is Variant[] all
        ? Variant.Array(BuiltInType.Variant, all.Select(Decode).ToArray(), value.Dimensions) : value;

    private Variant Structure(ExtensionObject value)
    {
        if (value.Encoding == BodyEncoding.None) return Variant.Null;
        if (value.Encoding == BodyEncoding.Xml) return Variant.From(System.Text.Encoding.UTF8.GetString(value.Body));
        if (types.FindEncoding(value.TypeId.Node) is not { } type)
        {
            if (!types.IsUnknownEncoding(value.TypeId.Node)) MissingEncodings.Add(value.TypeId.Node);
            return Variant.Object(BuiltInType.ByteString, value.Body);
        }

        var reader = new UaReader(value.Body);
        // Bytes behind the last field are those of a later version of the type.
        return Fields(ref reader, type);
    }

    private Variant Fields(ref UaReader reader, StructureType type)
    {
        if (++_depth > CodecLimits.Depth) throw reader.Wrong("structures nested too deep");
        var isUnion = type.Kind is StructureKind.Union or StructureKind.UnionWithSubtypedValues;
        var mask = type.Kind == StructureKind.WithOptionalFields ? reader.UInt32() : uint.MaxValue;
        var selected = isUnion ? reader.UInt32() : 0;
        if (selected > type.Fields.Count) throw reader.Wrong($"field {selected} of a union of {type.Fields.Count}");
        var fields = new List<KeyValuePair<string, Variant>>(type.Fields.Count);
        var optional = 0;
        for (var i = 0; i < type.Fields.Count; i++)
        {
            var field = type.Fields[i];
            var isThere = isUnion ? selected == i + 1
                : type.Kind != StructureKind.WithOptionalFields || !field.IsOptional || (optional < 32 && (mask >> optional++ & 1) != 0);
            if (isUnion && !isThere) continue;
            var mayBeSubtype = type.Kind is StructureKind.WithSubtypedValues or StructureKind.UnionWithSubtypedValues && field.IsOptional;
            fields.Add(new(field.Name, isThere ? Field(ref reader, field, mayBeSubtype) : Variant.Null));
        }

        _depth--;
        return Variant.Object(BuiltInType.ExtensionObject, new StructureValue(fields));
    }

    private Variant Field(ref UaReader reader, StructureField field, bool mayBeSubtype)
    {
        if (++_fields > MostFields) throw reader.Wrong($"a structure of more than {MostFields} values");
        if (types.Find(field.Type) is not { } type)
        {
            // Without it nothing behind this field can be decoded.
            MissingTypes.Add(field.Type);
            throw new MissingTypeException();
        }

        if (field.ValueRank < 1) return One(ref reader, type, mayBeSubtype);
        var dimensions = field.ValueRank > 1 ? Dimensions(ref reader, field.ValueRank) : null;
        if (type is not StructureType || mayBeSubtype)
        {
            var encoding = mayBeSubtype && type is StructureType ? BuiltInType.ExtensionObject : type.Base;
            if (dimensions is null) return Named(type, Decode(Variant.Array(encoding, reader.Array(encoding))));
        }

        var count = dimensions is null ? reader.ArrayLength(1) : dimensions.Aggregate(1, (product, n) => checked(product * n));
        if (count > reader.Remaining + 1) throw reader.Wrong($"{count} elements in {reader.Remaining} bytes");
        var elements = new Variant[count];
        for (var i = 0; i < count; i++) elements[i] = One(ref reader, type, mayBeSubtype);
        return Variant.Array(BuiltInType.Variant, elements, dimensions);
    }

    private Variant One(ref UaReader reader, DataTypeDefinition type, bool mayBeSubtype) => type switch
    {
        StructureType structure when !mayBeSubtype => Fields(ref reader, structure),
        { Base: BuiltInType.Variant } => Decode(reader.Variant()),
        _ => Named(type, Decode(reader.Scalar(type.Base))),
    };

    /// <summary>An enumeration's value as its name.</summary>
    public static Variant Named(DataTypeDefinition type, Variant value)
    {
        if (type is not EnumerationType enumeration) return value;
        if (!value.IsArray) return enumeration.Find(value.Bits) is { } name ? Variant.From(name) : value;
        return value.Content is int[] numbers ? Variant.Array(BuiltInType.String, numbers.Select(n => enumeration.Find(n) ?? n.ToString(
            System.Globalization.CultureInfo.InvariantCulture)).ToArray(), value.Dimensions) : value;
    }

    // A matrix within a structure: its dimensions, then its elements without a length (5.2.5).
    private static int[] Dimensions(ref UaReader reader, int rank)
    {
        var dimensions = new int[reader.ArrayLength(4, CodecLimits.Dimensions)];
        var product = 1L;
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = Math.Max(0, reader.Int32());
            product = Math.Min(product * dimensions[i], int.MaxValue);
        }

        if (dimensions.Length != rank || product > reader.Remaining) throw reader.Wrong($"a matrix of {string.Join("x", dimensions)}");
        return dimensions;
    }
}

/// <summary>Ends decoding until a definition is loaded; never leaves the driver.</summary>
internal sealed class MissingTypeException : Exception;
