using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Browsing;

/// <summary>
/// Walks the server's hierarchy level by level and lists its variables with type, unit, range and description, some at a time. It holds the
/// ids of the nodes that it has seen and of those that are still to be visited, and nothing else.
/// </summary>
internal sealed class NodeBrowser(UaSession session, TypeRegistry types, IPluginLog log, int depth)
{
    private const int NodesPerCall = 100;
    private const uint ReferencesPerNode = 1000;
    private const int MostNodes = 1_000_000;

    private readonly HashSet<NodeId> _seen = [];
    private readonly Queue<Visit> _open = new();

    /// <summary>A node to visit, with the names that lead to it.</summary>
    private sealed record Visit(NodeId Node, string Name, NodeClass Class, int Depth)
    {
        public NodeId? Range { get; set; }

        public NodeId? Unit { get; set; }
    }

    /// <summary>Looks up the node to begin at.</summary>
    /// <exception cref="RefusedException">The node does not exist or cannot be browsed.</exception>
    public async ValueTask BeginAsync(string root, CancellationToken cancel)
    {
        var resolved =
            (await new NodeResolver(session).ResolveAsync([NodeAddressParser.Find(root, out _)!], cancel).ConfigureAwait(false))[0];
        if (resolved.Problem is not null) throw new RefusedException($"{root}: {resolved.Problem}");
        // The server's diagnostics are thousands of nodes that are no tags of a plant.
        _seen.Add(new NodeId(Ids.Server));
        _seen.Add(resolved.Node);
        _open.Enqueue(new Visit(resolved.Node, "", NodeClass.Object, 0));
    }

    /// <summary>Visits the next nodes and returns the variables among them, perhaps none; null at the end.</summary>
    public async ValueTask<IReadOnlyList<BrowseEntry>?> NextAsync(CancellationToken cancel)
    {
        if (_seen.Count >= MostNodes)
        {
            log.Warn($"browsing stopped after {MostNodes} nodes: begin further down (--under)");
            return null;
        }

        var batch = new List<Visit>();
        while (batch.Count < Math.Min(NodesPerCall, session.Limits[Ids.MaxNodesPerBrowse]) && _open.TryDequeue(out var next))
            batch.Add(next);
        if (batch.Count == 0) return null;
        await VisitAsync(batch, cancel).ConfigureAwait(false);
        var entries = new List<BrowseEntry>();
        await AddVariablesAsync([.. batch.Where(visit => visit.Class == NodeClass.Variable)], entries, cancel).ConfigureAwait(false);
        return entries;
    }

    private async ValueTask VisitAsync(List<Visit> batch, CancellationToken cancel)
    {
        BrowseResult[] results;
        try
        {
            results = await session.CallAsync(
                new BrowseRequest([.. batch.Select(visit => visit.Node)], Ids.HierarchicalReferences, NodeClass.Object | NodeClass.Variable,
                    ReferencesPerNode),
                BrowseResult.ReadAll, cancel).ConfigureAwait(false);
            UaSession.Expect(results.Length, batch.Count);
        }
        catch (ServiceException e) when (batch.Count > 1 && !OpcUaDriver.EndsSession(e.Status))
        {
            session.Limits.TryLearn(Ids.MaxNodesPerBrowse, batch.Count, e.Status);
            await VisitAsync(batch.GetRange(0, batch.Count / 2), cancel).ConfigureAwait(false);
            await VisitAsync(batch.GetRange(batch.Count / 2, batch.Count - (batch.Count / 2)), cancel).ConfigureAwait(false);
            return;
        }

        for (var i = 0; i < batch.Count; i++)
        {
            var result = results[i];
            // The server keeps few continuation points, and may forget those of this call: this node again, alone.
            var isComplete = !result.Status.Is(StatusCodes.BadNoContinuationPoints)
                && await FollowAsync(batch[i], result, cancel).ConfigureAwait(false);
            if (isComplete) continue;
            if (batch.Count > 1) await VisitAsync([batch[i]], cancel).ConfigureAwait(false);
            else log.Warn($"the list of {session.Namespaces.Address(batch[i].Node)} is not complete: the server lost its continuation point");
        }
    }

    /// <returns>False if the server has lost the rest of the references.</returns>
    private async ValueTask<bool> FollowAsync(Visit visit, BrowseResult result, CancellationToken cancel)
    {
        while (true)
        {
            foreach (var reference in result.References) Add(visit, reference);
            if (result.ContinuationPoint.Length == 0) return true;
            if (_seen.Count >= MostNodes)
            {
                await session.CallAsync(new BrowseNextRequest([result.ContinuationPoint], release: true), BrowseResult.ReadAll,
                    cancel).ConfigureAwait(false);
                return true;
            }

            var next = await session.CallAsync(new BrowseNextRequest([result.ContinuationPoint], release: false), BrowseResult.ReadAll,
                cancel).ConfigureAwait(false);
            UaSession.Expect(next.Length, 1);
            if (next[0].Status.IsBad) return false;
            result = next[0];
        }
    }

    private void Add(Visit parent, ReferenceDescription reference)
    {
        if (session.Namespaces.Resolve(reference.Node) is not { } node) return;
        if (reference.ReferenceType == new NodeId(Ids.HasProperty))
        {
            if (reference.BrowseName is { Namespace: 0, Name: "EURange" }) parent.Range = node;
            if (reference.BrowseName is { Namespace: 0, Name: "EngineeringUnits" }) parent.Unit = node;
            return;
        }

        if (parent.Depth >= depth || !_seen.Add(node)) return;
        var name = reference.BrowseName.Name ?? "";
        _open.Enqueue(new Visit(node, parent.Name.Length == 0 ? name : $"{parent.Name}.{name}", reference.NodeClass, parent.Depth + 1));
    }

    private async ValueTask AddVariablesAsync(List<Visit> variables, List<BrowseEntry> entries, CancellationToken cancel)
    {
        if (variables.Count == 0) return;
        const int attributes = 3;
        var reads = new List<ReadValueId>();
        foreach (var variable in variables)
        {
            reads.Add(new ReadValueId(variable.Node, AttributeId.DataType));
            reads.Add(new ReadValueId(variable.Node, AttributeId.ValueRank));
            reads.Add(new ReadValueId(variable.Node, AttributeId.Description));
        }

        // Properties come behind the attributes of all variables, because few variables have them.
        foreach (var variable in variables)
            reads.AddRange(new[] { variable.Range, variable.Unit }.OfType<NodeId>().Select(node => new ReadValueId(node)));
        var values = await session.ReadAsync(reads, cancel).ConfigureAwait(false);
        var property = variables.Count * attributes;
        await types.LoadAsync(Enumerable.Range(0, variables.Count).Select(i => values[i * attributes].Value.NodeId),
            cancel).ConfigureAwait(false);
        for (var i = 0; i < variables.Count; i++)
        {
            var of = values.AsSpan(i * attributes, attributes);
            var type = TypeName(of[0].Value.NodeId, of[1].Value);
            var description = of[2].Value.Content is LocalizedText { Text: { Length: > 0 } text } ? text : "";
            var range = variables[i].Range is null ? null : Range(values[property++].Value.Content as ExtensionObject);
            var unit = variables[i].Unit is null ? null : Unit(values[property++].Value.Content as ExtensionObject);
            entries.Add(new BrowseEntry(session.Namespaces.Address(variables[i].Node), type, null, description)
            {
                Name = TagName(variables[i].Name), Unit = unit, Low = range?.Low, High = range?.High,
            });
        }
    }

    private string TypeName(NodeId type, Variant rank)
    {
        var known = types.Find(type);
        var name = known switch
        {
            EnumerationType => "Enumeration",
            StructureType => "Structure",
            null => "Variant",
            _ => known.Base == BuiltInType.ExtensionObject ? "Structure" : known.Base.ToString(),
        };
        return rank is { Type: BuiltInType.Int32, Bits: > 0 } ? $"{name}[]" : name;
    }

    // OPC 10000-8, 5.6.2.
    private static (double Low, double High)? Range(ExtensionObject? value)
    {
        if (value?.TypeId.Node != new NodeId(Ids.Range) || value.Body.Length < 16) return null;
        var reader = new UaReader(value.Body);
        return (reader.Double(), reader.Double());
    }

    // OPC 10000-8, 5.6.4.
    private static string? Unit(ExtensionObject? value)
    {
        if (value?.TypeId.Node != new NodeId(Ids.EUInformation)) return null;
        var reader = new UaReader(value.Body);
        reader.SkipString();
        reader.Int32();
        return reader.LocalizedText().Text;
    }

    // A name that can stand in site.toml and in a recipe.
    private static string TagName(string path)
    {
        var name = new StringBuilder();
        foreach (var letter in path)
        {
            if (char.IsAsciiLetterOrDigit(letter)) name.Append(letter);
            else if (name.Length > 0 && name[^1] != '_') name.Append('_');
        }

        var text = name.ToString().TrimEnd('_');
        return text.Length == 0 || char.IsAsciiDigit(text[0]) ? $"_{text}" : text;
    }
}
