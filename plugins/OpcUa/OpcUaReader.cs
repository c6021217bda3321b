using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Channel;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// Reads a set of tags at every scan, in as few Read calls as the server takes, one after the other: some controllers count the nodes of
/// all outstanding calls. A node that makes a whole call fail is found by halving, and is then asked alone. A scan that does not receive
/// all responses in time has the values that came, and the next one begins with the others.
/// </summary>
internal sealed class OpcUaReader(OpcUaDriver driver, IReadOnlyList<TagDefinition> tags, IReadOnlyList<OpcUaAddress> addresses) : IReader
{
    private readonly ReadRequest _request = new();
    private ServiceCall _call = new();
    private TagSet? _set;
    private NodeReadPlan? _plan;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadAsync(ScanBuffer into, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        try
        {
            if (_set?.Session != session) await PrepareAsync(session, cancel).ConfigureAwait(false);
            for (var tag = 0; tag < _set!.Count; tag++)
            {
                if (_set.Node(tag).Problem is not null) _set.FillMissing(into, tag);
            }

            _plan!.Begin();
            for (var batch = 0; batch < _plan.Batches.Length;)
            {
                if (await TryReadAsync(batch, into, cancel).ConfigureAwait(false)) batch++;
            }

            _plan.Complete(session.Limits[Ids.MaxNodesPerRead]);
        }
        catch (Exception e) when (e is not NotConnectedException)
        {
            _call = new ServiceCall();
            var described = driver.Describe(session, e, cancel);
            if (e is OperationCanceledException && described is OperationCanceledException && _set is not null)
            {
                _plan!.EndEarly(into);
                if (_plan.IsAnswered) return;
            }

            if (described is not null) throw described;
            throw;
        }
    }

    // False if the call was refused and divided: its first part is in its place now.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryReadAsync(int batch, ScanBuffer into, CancellationToken cancel)
    {
        var session = _set!.Session;
        var nodes = _plan!.Batches[batch];
        var count = nodes.Tags.Length;
        var most = session.Limits[Ids.MaxNodesPerRead];
        if (count > most)
        {
            _plan.Split(batch, most);
            return false;
        }

        StatusCode refusal;
        try
        {
            _plan.Sent(batch);
            while (true)
            {
                _request.Nodes = nodes.Nodes;
                var body = await session.CallAsync(_call, _request, cancel).ConfigureAwait(false);
                if (Apply(body.Span, nodes, into) is not { } missing)
                {
                    _plan.Answered(batch);
                    return true;
                }

                await _set.LoadAsync(missing, cancel).ConfigureAwait(false);
            }
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            refusal = e.Status;
            if (session.Limits.TryLearn(Ids.MaxNodesPerRead, count, refusal))
            {
                _plan.Split(batch, session.Limits[Ids.MaxNodesPerRead]);
                return false;
            }
        }
        catch (DecodingException)
        {
            refusal = new StatusCode(StatusCodes.BadDecodingError);
        }
        catch (ServerErrorException e) when (session.Limits.TryLearn(Ids.MaxNodesPerRead, count, e.Status))
        {
            throw new LinkException($"{e.Message}; the next connection asks for fewer nodes at once", e);
        }

        if (count > 1)
        {
            _plan.Split(batch, (count + 1) / 2);
            return false;
        }

        into.Bad(nodes.Tags[0], StatusQuality.Of(refusal), refusal.ToString());
        _plan.ReadAlone(nodes);
        _plan.Answered(batch);
        return true;
    }

    /// <summary>Decodes the response into the scan; returns what is missing to decode a structure.</summary>
    private StructureDecoder? Apply(ReadOnlySpan<byte> body, NodeBatch nodes, ScanBuffer into)
    {
        var reader = new UaReader(body);
        var results = ReadRequest.ReadCount(ref reader);
        if (results != nodes.Tags.Length) throw reader.Wrong($"{results} values for {nodes.Tags.Length} nodes");
        StructureDecoder? missing = null;
        foreach (var tag in nodes.Tags)
        {
            var data = reader.DataValue();
            if (!_set!.TryFill(into, tag, data, ref missing)) return missing;
        }

        return null;
    }

    private async ValueTask PrepareAsync(UaSession session, CancellationToken cancel)
    {
        _set = null;
        var set = await TagSet.CreateAsync(session, driver.Types, tags, addresses, driver.Log, cancel).ConfigureAwait(false);
        await set.LoadTypesAsync(Enumerable.Range(0, set.Count), cancel).ConfigureAwait(false);
        int[] readable = [.. Enumerable.Range(0, set.Count).Where(tag => set.Node(tag).Problem is null)];
        ReadValueId[] nodes = [.. readable.Select(set.ReadValueId)];
        if (driver.RegistersNodes) await RegisterAsync(session, nodes, cancel).ConfigureAwait(false);
        _plan = new NodeReadPlan(readable, nodes, session.Limits[Ids.MaxNodesPerRead], driver.Time);
        _set = set;
    }

    private async ValueTask RegisterAsync(UaSession session, ReadValueId[] nodes, CancellationToken cancel)
    {
        try
        {
            await session.InBatchesAsync(Ids.MaxNodesPerRegisterNodes, nodes.Length, async (from, count) =>
            {
                var some = nodes.AsSpan(from, count).ToArray();
                var registered = await session.CallAsync(
                    new RegisterNodesRequest([.. some.Select(node => node.Node)]), RegisterNodesRequest.Read, cancel).ConfigureAwait(false);
                UaSession.Expect(registered.Length, count);
                for (var i = 0; i < count; i++) nodes[from + i] = nodes[from + i] with { Node = registered[i] };
            }).ConfigureAwait(false);
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status))
        {
            driver.Log.Warn($"the server does not register nodes ({e.Status}): they are read by their own ids");
        }
    }
}
