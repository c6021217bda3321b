using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// The tags of one reader in one session: their nodes and data types, and how a received value is put into a scan. Made anew for each
/// session, because namespace indexes and types can differ.
/// </summary>
internal sealed class TagSet
{
    private readonly IReadOnlyList<OpcUaAddress> _addresses;
    private readonly ResolvedNode[] _nodes;
    private readonly EnumerationType?[] _enumerations;
    private readonly bool[] _hasType;
    private readonly uint[] _goodDetails;
    private readonly (Array? Elements, Value Value)[] _arrays;
    private readonly IReadOnlyList<TagDefinition> _tags;
    private readonly IPluginLog _log;

    private TagSet(UaSession session, TypeRegistry types, IReadOnlyList<TagDefinition> tags, IReadOnlyList<OpcUaAddress> addresses,
        ResolvedNode[] nodes, IPluginLog log)
    {
        (Session, Types, _tags, _addresses, _nodes, _log) = (session, types, tags, addresses, nodes, log);
        (_enumerations, _hasType, _goodDetails, _arrays) =
            (new EnumerationType?[nodes.Length], new bool[nodes.Length], new uint[nodes.Length], new (Array?, Value)[nodes.Length]);
    }

    public UaSession Session { get; }

    public TypeRegistry Types { get; }

    public int Count => _nodes.Length;

    /// <summary>Resolves addresses. <see cref="LoadTypesAsync"/> comes before the first value of a tag.</summary>
    public static async ValueTask<TagSet> CreateAsync(
        UaSession session, TypeRegistry types, IReadOnlyList<TagDefinition> tags, IReadOnlyList<OpcUaAddress> addresses, IPluginLog log,
            CancellationToken cancel)
    {
        var nodes = await new NodeResolver(session).ResolveAsync(addresses, cancel).ConfigureAwait(false);
        return new TagSet(session, types, tags, addresses, nodes, log);
    }

    /// <summary>Finds out which of the tags are enumerations; tags whose types are known cost nothing.</summary>
    public async ValueTask LoadTypesAsync(IEnumerable<int> tags, CancellationToken cancel)
    {
        int[] unknown = [.. tags.Where(tag => !_hasType[tag])];
        if (unknown.Length == 0) return;
        await FindEnumerationsAsync(unknown, cancel).ConfigureAwait(false);
        foreach (var tag in unknown) _hasType[tag] = true;
    }

    public ResolvedNode Node(int tag) => _nodes[tag];

    public ReadValueId ReadValueId(int tag) => new(_nodes[tag].Node, AttributeId.Value, _addresses[tag].IndexRange);

    /// <summary>Reports a tag that has no node.</summary>
    public void FillMissing(ScanBuffer into, int tag) =>
        into.Bad(tag, StatusQuality.Of(_nodes[tag].Status), _nodes[tag].Problem!);

    /// <summary>Puts a value into the scan.</summary>
    /// <returns>False if definitions are missing: load them with <see cref="LoadAsync"/>, then call again.</returns>
    public bool TryFill(ScanBuffer into, int tag, in DataValue data, ref StructureDecoder? missing)
    {
        var status = data.Status;
        if (status.IsBad)
        {
            into.Bad(tag, StatusQuality.Of(status), status.ToString());
            return true;
        }

        if (status.Condition != _goodDetails[tag]) NoteDetail(tag, status);
        var value = data.Value;
        // Structures and enumerations take the longer way.
        if (value.Type is BuiltInType.ExtensionObject or BuiltInType.Variant || _addresses[tag].Field.Count > 0)
        {
            if (!TryDecode(into, tag, ref value, ref missing)) return false;
            if (value.Type == BuiltInType.Null && into.Reason(tag) is not null) return true;
        }
        else if (_enumerations[tag] is { } enumeration)
        {
            value = StructureDecoder.Named(enumeration, value);
        }

        // A range of one element is still an array on the wire; the address means the element.
        if (IsElement(tag) && value is { IsArray: true, Elements.Length: 1 }) value = OpcUaValues.Select(value, ["[0]"])!.Value;
        Put(into, tag, value.IsArray ? ArrayValue(tag, value) : OpcUaValues.ToValue(value), data);
        return true;
    }

    /// <summary>Loads the definitions that a value needed.</summary>
    public async ValueTask LoadAsync(StructureDecoder missing, CancellationToken cancel)
    {
        await Types.LoadEncodingsAsync(missing.MissingEncodings, cancel).ConfigureAwait(false);
        await Types.LoadAsync(missing.MissingTypes, cancel).ConfigureAwait(false);
    }

    private bool IsElement(int tag) => _addresses[tag] is { IndexRange: { } range } && !range.Contains(':', StringComparison.Ordinal);

    // A new list is made only when an element changed.
    private Value ArrayValue(int tag, in Variant value)
    {
        ref var known = ref _arrays[tag];
        if (value.Content is Array elements && known.Elements is { } last && OpcUaValues.HasSameElements(last, elements))
            return known.Value;
        var made = OpcUaValues.ToValue(value);
        known = (value.Dimensions is null ? value.Content as Array : null, made);
        return made;
    }

    private bool TryDecode(ScanBuffer into, int tag, ref Variant value, ref StructureDecoder? missing)
    {
        var decoder = new StructureDecoder(Types);
        try
        {
            value = decoder.Decode(value);
        }
        catch (MissingTypeException)
        {
            missing = decoder;
            return false;
        }
        catch (DecodingException e)
        {
            into.Bad(tag, Quality.BadType, $"the structure does not fit its definition: {e.Message}");
            value = default;
            return true;
        }

        if (!decoder.IsComplete)
        {
            missing = decoder;
            return false;
        }

        if (OpcUaValues.Select(value, _addresses[tag].Field) is { } part)
        {
            value = part;
            return true;
        }

        into.Bad(tag, Quality.BadAddress, MissingField(value, _addresses[tag].Field));
        value = default;
        return true;
    }

    private static string MissingField(Variant value, IReadOnlyList<string> field)
    {
        var path = string.Join('.', field);
        if (value.Content is not StructureValue structure) return $"the value has no field {path}";
        return $"the value has no field {path}; it has: {string.Join(", ", structure.Fields.Select(f => f.Key).Take(20))}";
    }

    private static void Put(ScanBuffer into, int tag, Value value, in DataValue data)
    {
        var time = data.SourceTime is { Ticks: > 0 } source ? source : data.ServerTime is { Ticks: > 0 } server ? server : (DateTime?)null;
        if (data.Status.IsGood)
        {
            if (time is { } known) into.Good(tag, value, known);
            else into.Good(tag, value);
            return;
        }

        into.Bad(tag, StatusQuality.Of(data.Status), data.Status.ToString());
        ref var sample = ref into.Samples[tag];
        if (StatusQuality.KeepsValue(data.Status)) sample.Value = value;
        if (time is { } at) sample.Time = at;
    }

    // Good sub-codes (GoodLocalOverride, GoodClamped) leave the value good, and an operator should know.
    private void NoteDetail(int tag, StatusCode status)
    {
        if (status.IsGood) _log.Info($"{_tags[tag].Name}: {status}");
        _goodDetails[tag] = status.IsGood ? status.Condition : 0;
    }

    private async ValueTask FindEnumerationsAsync(int[] tags, CancellationToken cancel)
    {
        var asked = tags.Where(tag
            => _nodes[tag].Problem is null && !_addresses[tag].AsNumber && _addresses[tag].Field.Count == 0).ToArray();
        var values = await Session.ReadAsync([.. asked.Select(tag => new ReadValueId(_nodes[tag].Node, AttributeId.DataType))],
            cancel).ConfigureAwait(false);
        var types = values.Select(value => value.Status.IsBad ? default : value.Value.NodeId).ToArray();
        await Types.LoadAsync(types.Where(type => type.Namespace != 0 || type.Numeric > 29), cancel).ConfigureAwait(false);
        for (var i = 0; i < asked.Length; i++) _enumerations[asked[i]] = Types.Find(types[i]) as EnumerationType;
    }
}
