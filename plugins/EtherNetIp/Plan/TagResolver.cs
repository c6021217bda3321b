using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Structures;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Plan;

/// <summary>
/// Finds out the types of tags: one element of each is read, whose reply names the type. The members of structures come from the
/// controller's templates. It yields the requests of a round and goes on when these are answered.
/// </summary>
internal sealed class TagResolver(TypeCatalog catalog, bool isLogix)
{
    /// <summary>
    /// Resolves these tags; afterwards each has a type or a fault. If it is disposed of before its end, those have a type whose reply came.
    /// </summary>
    /// <param name="tags">The tags.</param>
    /// <param name="replyRoom">Longest reply.</param>
    public IEnumerable<IReadOnlyList<CipItem>> Resolve(IReadOnlyCollection<TagBinding> tags, int replyRoom)
    {
        var probes = tags.GroupBy(tag => Convert.ToHexString(CipPath.Tag(tag.Address))).Select(group => new TypeProbe([.. group])).ToList();
        var isComplete = false;
        try
        {
            foreach (var round in Ask(probes, replyRoom)) yield return round;
            isComplete = true;
        }
        finally
        {
            foreach (var probe in probes.Where(probe => isComplete || probe.IsKnown(catalog))) probe.Settle(catalog);
        }
    }

    private IEnumerable<IReadOnlyList<CipItem>> Ask(List<TypeProbe> probes, int replyRoom)
    {
        yield return probes;

        // A structure larger than the packet gave nothing: it is asked for alone, in fragments.
        var again = probes.Where(probe => probe.Fault?.Status is CipFault.NotEnoughRoom or CipFault.ReplyTooLarge && probe.Type == 0)
            .ToList();
        again.ForEach(probe => probe.AskForFragment());
        if (again.Count > 0) yield return again;

        // An index beyond the end may be one of a BOOL array, which is addressed by words: the first element tells.
        var firsts = isLogix
            ? probes.Where(probe => probe.IsRefused && probe.Address is { IsElement: true, LastIndex: > 0 })
                .Select(probe => new TypeProbe(probe)).ToList()
            : [];
        if (firsts.Count > 0) yield return firsts;
        foreach (var first in firsts.Where(first => first.Type == EtherNetIpType.Dword)) first.Origin!.TakeType(first);

        var unknown = probes.Where(probe => probe.Type == EtherNetIpType.Structure && catalog.Find(probe.Handle) is null).ToList();
        if (unknown.Count > 0 && isLogix)
        {
            foreach (var request in LoadStructures(unknown, replyRoom)) yield return request;
        }
    }

    private IEnumerable<IReadOnlyList<CipItem>> LoadStructures(List<TypeProbe> probes, int replyRoom)
    {
        // A structure that is not among those of the program came with another one.
        if (catalog.Templates.Structures.Any()) catalog.Clear();
        foreach (var program in probes.Select(probe => probe.Address.Program).Distinct(StringComparer.OrdinalIgnoreCase).ToList())
        {
            foreach (var request in catalog.LoadSymbols(program, replyRoom)) yield return request;
        }

        var templates = probes.Select(probe => catalog.Scope(probe.Address.Program)?.Find(probe.Address.Names[0].Name))
            .OfType<Symbol>().Where(symbol => symbol.IsStructure).Select(symbol => symbol.Template).ToList();
        foreach (var request in catalog.LoadTemplates(templates, replyRoom)) yield return request;
    }
}

/// <summary>Reads one element to learn its type.</summary>
internal sealed class TypeProbe : CipItem
{
    // A text of 82 characters, the most frequent of the larger types.
    private const int ProbableReplyBytes = CipReply.HeaderBytes + 4 + 88;

    private readonly TagBinding[] _tags;
    private byte[] _request;
    private bool _isAlone;

    public TypeProbe(TagBinding[] tags)
    {
        _tags = tags;
        Address = tags[0].Address;
        _request = CipRequest.ReadTag(CipPath.Tag(Address), 1);
    }

    /// <summary>Reads the first element of the array that another probe named an element of.</summary>
    public TypeProbe(TypeProbe origin)
    {
        _tags = [];
        Origin = origin;
        Address = origin.Address.At(0);
        _request = CipRequest.ReadTag(CipPath.Tag(Address), 1);
    }

    public TypeProbe? Origin { get; }

    public EtherNetIpAddress Address { get; }

    public EtherNetIpType Type { get; private set; }

    public ushort Handle { get; private set; }

    /// <summary>Bytes of the element.</summary>
    public int Bytes { get; private set; }

    public CipFault? Fault { get; private set; }

    public bool IsRefused => Fault is not null && Type == 0;

    public override byte[] Request => _request;

    public override int ReplyBytes =>
        _tags is [{ Address.Type: { } type }, ..] && type.Bytes() is var bytes and > 0
            ? CipReply.HeaderBytes + 2 + bytes
            : ProbableReplyBytes;

    public override bool IsAlone => _isAlone;

    public void AskForFragment()
    {
        _request = CipRequest.ReadTagFragmented(CipPath.Tag(Address), 1, 0);
        _isAlone = true;
    }

    public void TakeType(TypeProbe other) => (Type, Handle, Bytes, Fault) = (other.Type, other.Handle, other.Bytes, null);

    public override void Accept(in CipReply reply)
    {
        Fault = reply.Status == 0 ? null : CipFault.From(reply);
        if (reply.Status is not (0 or CipFault.NotEnoughRoom)) return;
        if (TagData.TryRead(reply.Data, out var data)) (Type, Handle, Bytes, Fault) = (data.Type, data.Handle, data.Bytes.Length, null);
        else Fault ??= CipFault.CutOff;
    }

    public override void Fail(CipFault fault) => Fault = fault;

    // Some controllers give a text the code of a STRING and the layout of a Logix text.
    private Structure? StructureIn(TypeCatalog catalog) => Type switch
    {
        EtherNetIpType.Structure => catalog.Find(Handle),
        EtherNetIpType.LongString when Bytes == Structure.String.Bytes => Structure.String,
        _ => null,
    };

    /// <summary>True if nothing more is to be asked for the type.</summary>
    public bool IsKnown(TypeCatalog catalog) =>
        Type != 0 && (Type != EtherNetIpType.Structure || catalog.Find(Handle) is not null);

    /// <summary>Gives the tags their type or their fault.</summary>
    public void Settle(TypeCatalog catalog)
    {
        foreach (var tag in _tags)
        {
            if (Type == 0) tag.Refuse(Fault ?? CipFault.CutOff);
            else tag.Resolve(new TagType(Type, Handle, StructureIn(catalog)));
        }
    }
}
