using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Types;

/// <summary>A data type of the server, as far as its encoding needs to be known.</summary>
/// <param name="Base">
/// How a value is encoded: a built-in type; ExtensionObject for structures; Variant for abstract types such as Number.
/// </param>
internal record DataTypeDefinition(BuiltInType Base)
{
    public static DataTypeDefinition Unknown { get; } = new(BuiltInType.Variant);
}

/// <summary>An enumeration with its names (OPC 10000-3, 8.50, EnumDefinition).</summary>
internal sealed record EnumerationType(BuiltInType Base, IReadOnlyDictionary<long, string> Names) : DataTypeDefinition(Base)
{
    /// <summary>The name of a value, or null for a value that the type does not define.</summary>
    public string? Find(long value) => Names.GetValueOrDefault(value);

    public static EnumerationType Read(ref UaReader reader, BuiltInType encoding)
    {
        var names = new Dictionary<long, string>();
        for (var count = reader.ArrayLength(14); count > 0; count--)
        {
            var value = reader.Int64();
            var display = reader.LocalizedText().Text;
            reader.LocalizedText();
            names[value] = reader.String() is { Length: > 0 } name ? name : display ?? "";
        }

        return new EnumerationType(encoding, names);
    }
}

/// <summary>Kinds of structures (OPC 10000-3, 8.48).</summary>
internal enum StructureKind
{
    Structure,
    WithOptionalFields,
    Union,
    WithSubtypedValues,
    UnionWithSubtypedValues,
}

/// <summary>A field of a structure (OPC 10000-3, 8.49).</summary>
internal sealed record StructureField(string Name, NodeId Type, int ValueRank, bool IsOptional);

/// <summary>A structure with its fields (OPC 10000-3, 8.48, StructureDefinition).</summary>
internal sealed record StructureType(NodeId Encoding, StructureKind Kind, IReadOnlyList<StructureField> Fields)
    : DataTypeDefinition(BuiltInType.ExtensionObject)
{
    private const int LeastFieldBytes = 20;

    public static StructureType Read(ref UaReader reader)
    {
        var encoding = reader.NodeId();
        reader.NodeId();
        var kind = (StructureKind)reader.Int32();
        if (kind is < StructureKind.Structure or > StructureKind.UnionWithSubtypedValues)
            throw reader.Wrong($"a structure of kind {(int)kind}");
        var fields = new StructureField[reader.ArrayLength(LeastFieldBytes)];
        for (var i = 0; i < fields.Length; i++)
        {
            var name = reader.String() ?? "";
            reader.LocalizedText();
            var type = reader.NodeId();
            var rank = reader.Int32();
            reader.Skip(reader.ArrayLength(4) * 4);
            reader.UInt32();
            fields[i] = new StructureField(name, type, rank, reader.Boolean());
        }

        return new StructureType(encoding, kind, fields);
    }
}

/// <summary>
/// A structure's values by field. It is the content of a Variant of type ExtensionObject. A field that is not there has a null Variant.
/// </summary>
internal sealed record StructureValue(IReadOnlyList<KeyValuePair<string, Variant>> Fields)
{
    public Variant? Find(string name)
    {
        foreach (var (field, value) in Fields)
        {
            if (field == name) return value;
        }

        return null;
    }
}
