using PlantRuntime.Plugins.EtherNetIp.Requests;
using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Structures;

/// <summary>The symbols of one scope, as far as the controller tells them.</summary>
/// <param name="Symbols">In the order of their instances.</param>
/// <param name="Fault">Why there are not all of them, or null.</param>
internal sealed record SymbolScope(List<Symbol> Symbols, CipFault? Fault)
{
    private readonly Dictionary<string, Symbol> _byName = Symbols.DistinctBy(symbol => symbol.Name, StringComparer.OrdinalIgnoreCase)
        .ToDictionary(symbol => symbol.Name, StringComparer.OrdinalIgnoreCase);

    public Symbol? Find(string name) => _byName.GetValueOrDefault(name);
}

/// <summary>
/// The symbols and structures of a controller's program, each asked for when it is first needed. One catalog for a session: the program may
/// be another one in the next. Its methods yield the requests of a round and go on when these are answered.
/// </summary>
internal sealed class TypeCatalog
{
    private const int MostSymbols = 250_000;

    private readonly Dictionary<string, SymbolScope> _scopes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<ushort, Structure> _byHandle = new() { [Structure.StringHandle] = Structure.String };
    private bool _hasAccess = true;

    /// <summary>The structures by template.</summary>
    public TemplateLoader Templates { get; private set; } = new();

    /// <summary>The controller's counters of program changes from before the first symbol was loaded; null if they were not read.</summary>
    public byte[]? Counters { get; set; }

    /// <summary>The structure that replies name by this handle, or null.</summary>
    public Structure? Find(ushort handle) => _byHandle.GetValueOrDefault(handle);

    /// <summary>The symbols of a scope, if they were loaded; "" is the controller's.</summary>
    public SymbolScope? Scope(string program) => _scopes.GetValueOrDefault(program);

    /// <summary>Forgets symbols and structures, because they do not fit the replies any more.</summary>
    public void Clear()
    {
        _scopes.Clear();
        _byHandle.Clear();
        _byHandle.Add(Structure.StringHandle, Structure.String);
        Templates = new TemplateLoader();
    }

    /// <summary>Loads the symbols of a scope, unless they are there.</summary>
    public IEnumerable<IReadOnlyList<CipItem>> LoadSymbols(string program, int replyRoom)
    {
        if (_scopes.ContainsKey(program)) yield break;
        var symbols = new List<Symbol>();
        CipFault? fault = null;
        for (var next = 0U; ;)
        {
            var request = new SingleRequest(SymbolList.Create(program, next, _hasAccess), replyRoom, isAlone: true);
            yield return [request];
            if (request.Fault is not null && !request.IsPartial)
            {
                fault = request.Fault;
                // The list as it was before external access came with version 18.
                if (!_hasAccess || symbols.Count > 0) break;
                (_hasAccess, fault) = (false, null);
                continue;
            }

            var last = SymbolList.Read(request.Data, next, _hasAccess, symbols);
            if (last is null && !request.Data.AsSpan().IsEmpty) fault = CipFault.CutOff;
            if (fault is not null || !request.IsPartial || last is null or uint.MaxValue || symbols.Count > MostSymbols) break;
            next = last.Value + 1;
        }

        _scopes[program] = new SymbolScope(symbols, fault);
    }

    /// <summary>Loads templates and those of their members, unless they are there.</summary>
    public IEnumerable<IReadOnlyList<CipItem>> LoadTemplates(IEnumerable<ushort> templates, int replyRoom)
    {
        foreach (var round in Templates.Load(templates, replyRoom)) yield return round;
        foreach (var structure in Templates.Structures) _byHandle.TryAdd(structure.Handle, structure);
    }
}
