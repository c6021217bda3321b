using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Types;

/// <summary>
/// The server's data types in one session, loaded when a value needs them. Finding is for any thread; loading is one call at a time.
/// </summary>
internal sealed class TypeRegistry(UaSession session)
{
    private const int MostSupertypes = 32;
    private const int MostPasses = 32;

    // Subtypes of built-in types that are so common that asking would be a waste.
    private static readonly Dictionary<uint, BuiltInType> s_known = new()
    {
        [26] = BuiltInType.Variant, [27] = BuiltInType.Variant, [28] = BuiltInType.Variant, [29] = BuiltInType.Int32,
        [288] = BuiltInType.UInt32, [289] = BuiltInType.UInt32, [290] = BuiltInType.Double, [294] = BuiltInType.DateTime,
        [295] = BuiltInType.String, [30] = BuiltInType.ByteString, [12877] = BuiltInType.String, [12879] = BuiltInType.String,
    };

    private readonly System.Collections.Concurrent.ConcurrentDictionary<NodeId, DataTypeDefinition> _types = new();
    private readonly System.Collections.Concurrent.ConcurrentDictionary<NodeId, StructureType?> _encodings = new();

    /// <summary>A data type, or null if it was not loaded.</summary>
    public DataTypeDefinition? Find(NodeId type)
    {
        if (type is { Namespace: 0, Kind: NodeIdKind.Numeric })
        {
            if (type.Numeric is > 0 and <= 25 and not Ids.Structure and not Ids.BaseDataType)
                return new DataTypeDefinition((BuiltInType)type.Numeric);
            if (type.Numeric == Ids.Structure) return new DataTypeDefinition(BuiltInType.ExtensionObject);
            if (type.Numeric is 0 or Ids.BaseDataType) return DataTypeDefinition.Unknown;
            if (s_known.TryGetValue(type.Numeric, out var known)) return new DataTypeDefinition(known);
        }

        return _types.GetValueOrDefault(type);
    }

    /// <summary>The structure with this encoding, or null if it was not loaded.</summary>
    public StructureType? FindEncoding(NodeId encoding) => _encodings.GetValueOrDefault(encoding);

    /// <summary>True if the server was asked for this encoding and does not define it.</summary>
    public bool IsUnknownEncoding(NodeId encoding) => _encodings.TryGetValue(encoding, out var type) && type is null;

    /// <summary>Loads data types, and those of their fields.</summary>
    public async ValueTask LoadAsync(IEnumerable<NodeId> types, CancellationToken cancel)
    {
        var open = types.Where(type => Find(type) is null).Distinct().ToList();
        for (var pass = 0; open.Count > 0 && pass < MostPasses; pass++)
        {
            var values = await session.ReadAsync([.. open.Select(type => new ReadValueId(type, AttributeId.DataTypeDefinition))],
                cancel).ConfigureAwait(false);
            var next = new HashSet<NodeId>();
            for (var i = 0; i < open.Count; i++)
            {
                var type = await DefineAsync(open[i], values[i], cancel).ConfigureAwait(false);
                _types[open[i]] = type;
                if (type is not StructureType structure) continue;
                if (!structure.Encoding.IsNull) _encodings[structure.Encoding] = structure;
                next.UnionWith(structure.Fields.Select(field => field.Type));
            }

            open = [.. next.Where(type => Find(type) is null)];
        }
    }

    /// <summary>Loads the structures that have these encodings.</summary>
    public async ValueTask LoadEncodingsAsync(IEnumerable<NodeId> encodings, CancellationToken cancel)
    {
        foreach (var encoding in encodings)
        {
            var owner = await FollowAsync(encoding, Ids.HasEncoding, cancel).ConfigureAwait(false);
            if (owner is { } type)
            {
                await LoadAsync([type], cancel).ConfigureAwait(false);
                // Some servers leave the encoding out of the definition.
                if (_types.GetValueOrDefault(type) is StructureType structure) _encodings[encoding] = structure;
            }

            _encodings.TryAdd(encoding, null);
        }
    }

    private async ValueTask<DataTypeDefinition> DefineAsync(NodeId node, DataValue definition, CancellationToken cancel)
    {
        var body = definition.Value.Content as ExtensionObject;
        if (body?.TypeId.Node == new NodeId(Ids.StructureDefinition))
            return TryReadStructure(body) ?? new DataTypeDefinition(BuiltInType.ExtensionObject);
        var encoding = await BaseAsync(node, cancel).ConfigureAwait(false);
        if (body?.TypeId.Node == new NodeId(Ids.EnumDefinition))
            return TryReadEnumeration(body, encoding) ?? new DataTypeDefinition(encoding);
        return encoding == BuiltInType.Int32 && await EnumStringsAsync(node, cancel).ConfigureAwait(false) is { } names
            ? new EnumerationType(encoding, names) : new DataTypeDefinition(encoding);
    }

    // A definition that cannot be read makes its values unreadable, not those of other types.
    private static StructureType? TryReadStructure(ExtensionObject body)
    {
        try
        {
            var reader = new UaReader(body.Body);
            return StructureType.Read(ref reader);
        }
        catch (DecodingException)
        {
            return null;
        }
    }

    private static EnumerationType? TryReadEnumeration(ExtensionObject body, BuiltInType encoding)
    {
        try
        {
            var reader = new UaReader(body.Body);
            return EnumerationType.Read(ref reader, encoding);
        }
        catch (DecodingException)
        {
            return null;
        }
    }

    // Up the type tree to the built-in type.
    private async ValueTask<BuiltInType> BaseAsync(NodeId node, CancellationToken cancel)
    {
        for (var step = 0; step < MostSupertypes; step++)
        {
            if (Find(node) is { } known) return known.Base;
            if (await FollowAsync(node, Ids.HasSubtype, cancel).ConfigureAwait(false) is not { } parent) break;
            node = parent;
        }

        return BuiltInType.Variant;
    }

    // The first target of an inverse reference.
    private async ValueTask<NodeId?> FollowAsync(NodeId node, uint referenceType, CancellationToken cancel)
    {
        var results = await session.CallAsync(
            new BrowseRequest([node], referenceType, NodeClass.None, 0, isForward: false), BrowseResult.ReadAll,
                cancel).ConfigureAwait(false);
        return results is [{ References: [{ Node: var target }, ..] }] ? session.Namespaces.Resolve(target) : null;
    }

    // Servers before version 1.04 have properties instead of a definition (OPC 10000-3, 5.8.3).
    private async ValueTask<Dictionary<long, string>?> EnumStringsAsync(NodeId node, CancellationToken cancel)
    {
        var results = await session.CallAsync(new BrowseRequest([node], Ids.HasProperty, NodeClass.Variable, 0), BrowseResult.ReadAll,
            cancel).ConfigureAwait(false);
        if (results.Length != 1) return null;
        var property = results[0].References.FirstOrDefault(r => r.BrowseName is { Namespace: 0, Name: "EnumStrings" or "EnumValues" });
        if (property is null || session.Namespaces.Resolve(property.Node) is not { } target) return null;
        var value = (await session.ReadAsync([new ReadValueId(target)], cancel).ConfigureAwait(false))[0].Value;
        var names = new Dictionary<long, string>();
        if (value.Content is LocalizedText[] texts)
        {
            for (var i = 0; i < texts.Length; i++) names[i] = texts[i].Text ?? "";
        }
        else if (value.Content is ExtensionObject[] entries)
        {
            foreach (var entry in entries)
            {
                if (entry.TypeId.Node != new NodeId(Ids.EnumValueType)) continue;
                var reader = new UaReader(entry.Body);
                names[reader.Int64()] = reader.LocalizedText().Text ?? "";
            }
        }

        return names.Count == 0 ? null : names;
    }
}
