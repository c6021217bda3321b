using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Session;
using PlantRuntime.Plugins.OpcUa.Types;
using PlantRuntime.Plugins.OpcUa.Wire;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>
/// Writes one value with one Write call (OPC 10000-4, 5.11.4). The data type comes from the server: it is read before the first write to a
/// tag in a session.
/// </summary>
internal sealed class OpcUaWriter(OpcUaDriver driver, IReadOnlyList<OpcUaAddress> addresses) : IWriter
{
    private readonly Target?[] _targets = new Target?[addresses.Count];
    private UaSession? _session;

    /// <summary>A tag's node and type in the current session.</summary>
    private sealed record Target(NodeId Node, DataTypeDefinition Type, int ValueRank, int[]? Dimensions);

    public async ValueTask WriteAsync(int tag, Value value, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        var session = driver.Session;
        try
        {
            if (_session != session)
            {
                Array.Clear(_targets);
                _session = session;
            }

            var target = _targets[tag] ??= await FindAsync(session, addresses[tag], cancel).ConfigureAwait(false);
            var variant =
                VariantEncoder.Encode(value, target.Type, target.ValueRank, target.Dimensions, addresses[tag].IndexRange is not null);
            var statuses = await session.CallAsync(
                new WriteRequest(target.Node, variant, addresses[tag].IndexRange), static (ref UaReader r)
                    => r.StatusCodes(), cancel).ConfigureAwait(false);
            if (statuses.Length != 1)
                throw new InvalidOperationException($"{statuses.Length} results for one write: whether the value was written is unknown");
            // GoodCompletesAsynchronously: the device takes the value later; reading it back shows whether it did.
            if (statuses[0].IsBad) throw new RefusedException(Refusal(statuses[0]));
        }
        catch (ServiceException e) when (!OpcUaDriver.EndsSession(e.Status) && !e.Status.Is(StatusCodes.BadDecodingError))
        {
            throw new RefusedException($"the server refuses the request: {e.Status}; nothing was written");
        }
        catch (Exception e) when (driver.Describe(session, e, cancel) is { } described)
        {
            throw described;
        }
    }

    private static string Refusal(StatusCode status)
    {
        var remedy = status.Condition switch
        {
            StatusCodes.BadNotWritable => ": the server lets nobody write this node",
            StatusCodes.BadUserAccessDenied => ": the user of this session may not write this node",
            StatusCodes.BadTypeMismatch => ": the server's data type of this node is another one",
            StatusCodes.BadOutOfRange => ": the value is outside the range that the server allows",
            0x8073_0000 => ": the server does not support to write this part of the value",
            _ => "",
        };
        return $"{status}{remedy}; nothing was written";
    }

    private async ValueTask<Target> FindAsync(UaSession session, OpcUaAddress address, CancellationToken cancel)
    {
        if (address.Field.Count > 0)
            throw new RefusedException("fields of structures are not written: write the node that the server has for this field");
        var node = (await new NodeResolver(session).ResolveAsync([address], cancel).ConfigureAwait(false))[0];
        if (node.Problem is not null) throw new RefusedException($"{node.Problem}; nothing was written");
        var values = await session.ReadAsync(
            [new(node.Node, AttributeId.DataType), new(node.Node, AttributeId.ValueRank), new(node.Node)], cancel).ConfigureAwait(false);
        if (values[0].Status.IsBad)
            throw new RefusedException($"the server does not tell the data type: {values[0].Status}; nothing was written");
        var type = values[0].Value.NodeId;
        await driver.Types.LoadAsync([type], cancel).ConfigureAwait(false);
        var known = driver.Types.Find(type) ?? DataTypeDefinition.Unknown;
        var current = values[2].Value;
        // An abstract type (Number, BaseDataType) keeps the type of the value that is there now.
        if (known.Base == BuiltInType.Variant && !current.IsNull && current.Type != BuiltInType.Variant)
            known = new DataTypeDefinition(current.Type);
        var rank = values[1] is { Status.IsBad: false, Value: { Type: BuiltInType.Int32, IsArray: false } told } ? (int)told.Bits
            : current.IsArray ? 1 : -1;
        // Any (-2) and ScalarOrOneDimension (-3): as the value is now.
        if (rank is -2 or -3 or 0) rank = current.IsArray ? 1 : -1;
        return new Target(node.Node, known, rank, current.Dimensions);
    }
}
