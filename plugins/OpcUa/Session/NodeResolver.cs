using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>An address in this session: its node, or why there is none.</summary>
internal readonly record struct ResolvedNode(NodeId Node, StatusCode Status, string? Problem);

/// <summary>Resolves namespace URIs and browse paths in one session; bad addresses affect only themselves.</summary>
internal sealed class NodeResolver(UaSession session)
{
    private const int MostChildren = 100_000;

    private readonly Dictionary<NodeId, List<ReferenceDescription>> _children = [];

    public async ValueTask<ResolvedNode[]> ResolveAsync(IReadOnlyList<OpcUaAddress> addresses, CancellationToken cancel)
    {
        var resolved = new ResolvedNode[addresses.Count];
        var whole = new List<int>();
        for (var i = 0; i < resolved.Length; i++)
        {
            var address = addresses[i];
            if (address.Path is null)
            {
                resolved[i] = session.Namespaces.Resolve(address.Node, address.NamespaceUri) is { } node
                    ? new ResolvedNode(node, default, null)
                    : Missing($"the server has no namespace '{address.NamespaceUri}'");
            }
            else if (address.Path.All(element => element.Namespace is not null))
            {
                whole.Add(i);
            }
            else
            {
                resolved[i] = await WalkAsync(address.Path, cancel).ConfigureAwait(false);
            }
        }

        await TranslateAsync(addresses, whole, resolved, cancel).ConfigureAwait(false);
        return resolved;
    }

    private static ResolvedNode Missing(string problem) => new(default, new StatusCode(StatusCodes.BadNoMatch), problem);

    private async ValueTask TranslateAsync(IReadOnlyList<OpcUaAddress> addresses, List<int> which, ResolvedNode[] resolved,
        CancellationToken cancel)
    {
        await session.InBatchesAsync(Ids.MaxNodesPerTranslateBrowsePathsToNodeIds, which.Count, async (from, count) =>
        {
            var paths = which.GetRange(from, count).ConvertAll(i => new BrowsePath(
                new NodeId(Ids.RootFolder), [.. addresses[i].Path!.Select(e => new QualifiedName(e.Namespace ?? 0, e.Name))]));
            var results = await session.CallAsync(new TranslateBrowsePathsRequest(paths), TranslateBrowsePathsRequest.Read,
                cancel).ConfigureAwait(false);
            UaSession.Expect(results.Length, count);
            for (var n = 0; n < count; n++)
            {
                var (status, targets) = results[n];
                resolved[which[from + n]] = status.IsBad ? new ResolvedNode(default, status, status.ToString())
                    : targets.Length == 1 ? new ResolvedNode(targets[0], default, null)
                    : Missing($"the path leads to {targets.Length} nodes");
            }
        }).ConfigureAwait(false);
    }

    // A name without a namespace fits one of any namespace, so the children are compared one level after the other.
    private async ValueTask<ResolvedNode> WalkAsync(IReadOnlyList<PathElement> path, CancellationToken cancel)
    {
        var node = new NodeId(Ids.RootFolder);
        foreach (var element in path)
        {
            var children = await ChildrenAsync(node, cancel).ConfigureAwait(false);
            var fitting = children.Where(c
                => c.BrowseName.Name == element.Name && (element.Namespace is null || c.BrowseName.Namespace == element.Namespace))
                .Select(c => session.Namespaces.Resolve(c.Node)).OfType<NodeId>().Distinct().ToList();
            if (fitting.Count == 0)
            {
                var near = Contracts.Nearest.DidYouMeanInline(element.Name, children.Select(c => c.BrowseName.Name ?? ""));
                return Missing($"the path ends before '{element.Name}'{near}: {node} has no such child");
            }

            if (fitting.Count > 1)
                return Missing($"{fitting.Count} nodes are named '{element.Name}' there: write the namespace, as in 2:{element.Name}");
            node = fitting[0];
        }

        return new ResolvedNode(node, default, null);
    }

    private async ValueTask<List<ReferenceDescription>> ChildrenAsync(NodeId node, CancellationToken cancel)
    {
        if (_children.TryGetValue(node, out var known)) return known;
        var all = new List<ReferenceDescription>();
        var results = await session.CallAsync(
            new BrowseRequest([node], Ids.HierarchicalReferences, NodeClass.None, 0), BrowseResult.ReadAll, cancel).ConfigureAwait(false);
        while (results.Length == 1 && !results[0].Status.IsBad)
        {
            all.AddRange(results[0].References);
            if (results[0].ContinuationPoint.Length == 0 || all.Count > MostChildren) break;
            results = await session.CallAsync(new BrowseNextRequest([results[0].ContinuationPoint], false), BrowseResult.ReadAll,
                cancel).ConfigureAwait(false);
        }

        return _children[node] = all;
    }
}
