using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Structures;

/// <summary>
/// Loads templates level by level: the attributes of all of a level in as few packets as possible, then their definitions, then the
/// templates of their members. A template that contradicts itself, is too large or contains itself is left out with a reason.
/// </summary>
internal sealed class TemplateLoader
{
    private const int MostTemplates = 10_000;
    private const int MostDepth = 16;
    private const int AttributesReplyBytes = CipReply.HeaderBytes + 30;
    private const int StructureBit = 0x8000;
    private const int DimensionBits = 0x6000;
    private const int TemplateMask = 0x0FFF;

    private readonly Dictionary<ushort, Definition> _definitions = [];
    private readonly Dictionary<ushort, Structure?> _structures = [];
    private readonly Dictionary<ushort, string> _problems = [];

    public IEnumerable<Structure> Structures => _structures.Values.OfType<Structure>();

    /// <summary>The structure of a template, or null.</summary>
    public Structure? Find(ushort template) => _structures.GetValueOrDefault(template);

    /// <summary>Why a template is left out, or null.</summary>
    public string? Problem(ushort template) => _problems.GetValueOrDefault(template);

    public IEnumerable<IReadOnlyList<CipItem>> Load(IEnumerable<ushort> templates, int replyRoom)
    {
        var wanted = templates.Distinct().Where(IsNew).ToList();
        var roots = wanted.ToList();
        while (wanted.Count > 0)
        {
            var attributes = wanted.ConvertAll(template =>
                (Template: template, Request: new SingleRequest(TemplateObject.CreateGetAttributes(template), AttributesReplyBytes)));
            yield return attributes.ConvertAll(pair => pair.Request);
            var reads = new List<DefinitionRead>();
            foreach (var (template, request) in attributes)
            {
                var read = request.Fault is null ? TemplateObject.ReadAttributes(request.Data) : null;
                if (read is null) _problems[template] = request.Fault?.Reason ?? CipFault.CutOff.Reason;
                else if (read.Objection is { } objection) _problems[template] = objection;
                else reads.Add(new DefinitionRead(template, read));
            }

            while (reads.Where(read => !read.IsDone).ToList() is { Count: > 0 } open)
            {
                yield return open.ConvertAll(read => read.Next(replyRoom));
                open.ForEach(read => read.Accept());
            }

            var nested = new List<ushort>();
            foreach (var read in reads)
            {
                if (read.Problem is not null || TemplateObject.ReadDefinition(read.Bytes, read.Attributes.Members) is not var (
                    name, members))
                {
                    _problems[read.Template] = read.Problem ?? "a definition that ends before its members do";
                    continue;
                }

                _definitions[read.Template] = new Definition(name, read.Attributes, members);
                nested.AddRange(members.Where(IsStructure).Select(TemplateOf));
            }

            wanted = nested.Distinct().Where(IsNew).Take(Math.Max(0, MostTemplates - _definitions.Count)).ToList();
        }

        foreach (var template in roots) Build(template, 0);
    }

    private bool IsNew(ushort template) => !_definitions.ContainsKey(template) && !_problems.ContainsKey(template);

    private static bool IsStructure(TemplateMember member) => (member.SymbolType & StructureBit) != 0;

    private static ushort TemplateOf(TemplateMember member) => (ushort)(member.SymbolType & TemplateMask);

    private Structure? Build(ushort template, int depth)
    {
        if (_structures.TryGetValue(template, out var built)) return built;
        if (!_definitions.TryGetValue(template, out var definition)) return null;
        // Until it is built it stands as null, so that a template that contains itself is found.
        _structures[template] = null;
        var bytes = (int)definition.Attributes.StructureBytes;
        var members = new List<StructureMember>();
        var values = 0L;
        foreach (var raw in definition.Members)
        {
            var nested = IsStructure(raw) ? Build(TemplateOf(raw), depth + 1) : null;
            if (IsStructure(raw) && (nested is null || depth >= MostDepth))
            {
                _problems.TryAdd(template,
                    $"member {raw.Name}: {Problem(TemplateOf(raw)) ?? "its structure contains itself, or is nested too deeply"}");
                return null;
            }

            var type = nested is null ? (EtherNetIpType)(raw.SymbolType & 0xFF) : EtherNetIpType.Structure;
            var count = (raw.SymbolType & DimensionBits) != 0 ? raw.Info : 0;
            var bit = type == EtherNetIpType.Bool && count == 0 ? raw.Info : -1;
            var length = bit >= 0 ? 1 + (bit / 8) : (long)(nested?.Bytes ?? type.Bytes()) * Math.Max(1, count);
            if (raw.Offset + length > bytes)
            {
                _problems.TryAdd(template, $"member {raw.Name} goes beyond the end of the structure");
                return null;
            }

            members.Add(new StructureMember(raw.Name, type, count, (int)raw.Offset, bit, nested));
            values += (nested?.Values ?? (type == EtherNetIpType.Dword ? 32 : 1)) * Math.Max(1, count);
        }

        if (values > 8L * bytes)
        {
            _problems.TryAdd(template, $"{values} values in {bytes} bytes");
            return null;
        }

        return _structures[template] = new Structure(definition.Name, definition.Attributes.Handle, bytes, members) { Values = values };
    }

    private sealed record Definition(string Name, TemplateAttributes Attributes, List<TemplateMember> Members);

    /// <summary>The reading of one definition, in as many pieces as it takes.</summary>
    private sealed class DefinitionRead(ushort template, TemplateAttributes attributes)
    {
        private SingleRequest? _request;
        private int _received;

        public ushort Template => template;

        public TemplateAttributes Attributes => attributes;

        public byte[] Bytes { get; private set; } = [];

        public string? Problem { get; private set; }

        public bool IsDone => Problem is not null || _received == attributes.DefinitionBytes;

        public SingleRequest Next(int replyRoom)
        {
            var left = attributes.DefinitionBytes - _received;
            // A request that fits no shared packet gets a packet of its own.
            var isAlone = CipReply.HeaderBytes + left > replyRoom - MultipleServicePacket.ReplyOverhead - MultipleServicePacket.OffsetBytes;
            return _request = new SingleRequest(TemplateObject.CreateRead(template, _received, left), CipReply.HeaderBytes + left, isAlone);
        }

        public void Accept()
        {
            var request = _request!;
            var length = Math.Min(request.Data.Length, attributes.DefinitionBytes - _received);
            if (request.Fault is not null && !request.IsPartial) Problem = request.Fault.Reason;
            else if (length == 0) Problem = CipFault.CutOff.Reason;
            if (Problem is not null) return;
            var all = Bytes;
            Array.Resize(ref all, _received + length);
            request.Data.AsSpan(0, length).CopyTo(all.AsSpan(_received));
            (Bytes, _received) = (all, _received + length);
            // Names may end before the padding does.
            if (request.Fault is null) _received = attributes.DefinitionBytes;
        }
    }
}
