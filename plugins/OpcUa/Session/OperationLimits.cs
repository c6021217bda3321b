using PlantRuntime.Plugins.OpcUa.Wire;

namespace PlantRuntime.Plugins.OpcUa.Session;

/// <summary>
/// How many operations one request may have: the server's OperationLimits (OPC 10000-5, 6.3.11), the site's limit, and what was learned
/// from refusals. Kept over reconnects of a device, because a server refuses for the same reasons again.
/// </summary>
internal sealed class OperationLimits(int most)
{
    private readonly Dictionary<uint, int> _told = [];
    private readonly Dictionary<uint, int> _learned = [];

    /// <summary>The properties of the server that are read at the start of a session.</summary>
    public static IReadOnlyList<uint> Properties { get; } =
    [
        Ids.MaxNodesPerRead, Ids.MaxNodesPerWrite, Ids.MaxNodesPerBrowse, Ids.MaxNodesPerRegisterNodes,
        Ids.MaxNodesPerTranslateBrowsePathsToNodeIds, Ids.MaxMonitoredItemsPerCall,
    ];

    public int this[uint property]
        => Math.Min(most, Math.Min(_told.GetValueOrDefault(property, most), _learned.GetValueOrDefault(property, most)));

    /// <summary>Takes what the server says; 0 means no limit.</summary>
    public void Tell(uint property, uint value)
    {
        if (value is 0 or > int.MaxValue) _told.Remove(property);
        else _told[property] = (int)value;
    }

    /// <summary>Halves a limit after a refusal.</summary>
    /// <returns>False if the refusal is no matter of size, or one operation was refused already.</returns>
    public bool TryLearn(uint property, int refused, StatusCode status)
    {
        var isSize =
            status.Condition is StatusCodes.BadTooManyOperations or StatusCodes.BadRequestTooLarge or StatusCodes.BadResponseTooLarge
            or StatusCodes.BadEncodingLimitsExceeded or StatusCodes.BadTcpMessageTooLarge;
        if (!isSize || refused <= 1) return false;
        _learned[property] = Math.Max(1, Math.Min(refused, this[property]) / 2);
        return true;
    }
}
