namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>CreateSubscription (OPC 10000-4, 5.14.2).</summary>
internal sealed class CreateSubscriptionRequest(TimeSpan publishingInterval, uint lifetimeCount, uint keepAliveCount,
    uint maxNotifications) : ServiceRequest
{
    public override uint EncodingId => Ids.CreateSubscriptionRequest;

    public override uint ResponseId => Ids.CreateSubscriptionResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Double(publishingInterval.TotalMilliseconds);
        writer.UInt32(lifetimeCount);
        writer.UInt32(keepAliveCount);
        writer.UInt32(maxNotifications);
        writer.Boolean(true);
        writer.Byte(0);
    }
}

/// <summary>The values that the server revised.</summary>
internal readonly record struct CreateSubscriptionResponse(uint Id, TimeSpan PublishingInterval, uint LifetimeCount, uint KeepAliveCount)
{
    private const double LongestMilliseconds = 24 * 3600 * 1000;

    public static CreateSubscriptionResponse Read(ref UaReader reader)
    {
        var id = reader.UInt32();
        var interval = reader.Double();
        if (!(interval >= 0)) throw reader.Wrong($"a publishing interval of {interval}");
        return new CreateSubscriptionResponse(
            id, TimeSpan.FromMilliseconds(Math.Min(interval, LongestMilliseconds)), reader.UInt32(), reader.UInt32());
    }
}

/// <summary>DeleteSubscriptions (OPC 10000-4, 5.14.8).</summary>
internal sealed class DeleteSubscriptionsRequest(IReadOnlyList<uint> ids) : ServiceRequest
{
    public override uint EncodingId => Ids.DeleteSubscriptionsRequest;

    public override uint ResponseId => Ids.DeleteSubscriptionsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Int32(ids.Count);
        foreach (var id in ids) writer.UInt32(id);
    }
}

/// <summary>TransferSubscriptions (OPC 10000-4, 5.14.7) with their initial values.</summary>
internal sealed class TransferSubscriptionsRequest(IReadOnlyList<uint> ids) : ServiceRequest
{
    public override uint EncodingId => Ids.TransferSubscriptionsRequest;

    public override uint ResponseId => Ids.TransferSubscriptionsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.Int32(ids.Count);
        foreach (var id in ids) writer.UInt32(id);
        writer.Boolean(true);
    }

    /// <summary>For each subscription its status and the sequence numbers that can be republished.</summary>
    public static (StatusCode Status, uint[] Available)[] Read(ref UaReader reader)
    {
        var results = new (StatusCode, uint[])[reader.ArrayLength(8)];
        for (var i = 0; i < results.Length; i++)
        {
            var status = reader.StatusCode();
            var available = new uint[reader.ArrayLength(4)];
            for (var n = 0; n < available.Length; n++) available[n] = reader.UInt32();
            results[i] = (status, available);
        }

        return results;
    }
}

/// <summary>How an item reports changes (OPC 10000-4, 7.21 and 7.22.2).</summary>
/// <param name="SamplingInterval">Milliseconds; -1 for the publishing interval.</param>
/// <param name="QueueSize">Values that the server keeps between two notifications.</param>
/// <param name="DeadbandType">0 none, 1 absolute, 2 percent of the EURange.</param>
/// <param name="Deadband">Its size.</param>
internal readonly record struct MonitoringParameters(double SamplingInterval, uint QueueSize, uint DeadbandType, double Deadband);

/// <summary>CreateMonitoredItems (OPC 10000-4, 5.13.2).</summary>
internal sealed class CreateMonitoredItemsRequest(
    uint subscription, IReadOnlyList<(ReadValueId Node, uint Handle, MonitoringParameters Parameters)> items) : ServiceRequest
{
    public override uint EncodingId => Ids.CreateMonitoredItemsRequest;

    public override uint ResponseId => Ids.CreateMonitoredItemsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.UInt32(subscription);
        writer.Int32(2); // TimestampsToReturn Both
        writer.Int32(items.Count);
        foreach (var (node, handle, parameters) in items)
        {
            node.Write(writer);
            writer.Int32(2); // MonitoringMode Reporting
            writer.UInt32(handle);
            writer.Double(parameters.SamplingInterval);
            Filter(writer, parameters);
            writer.UInt32(parameters.QueueSize);
            writer.Boolean(true); // The oldest value is discarded.
        }
    }

    private static void Filter(UaWriter writer, in MonitoringParameters parameters)
    {
        if (parameters.DeadbandType == 0)
        {
            writer.NoExtensionObject();
            return;
        }

        var body = writer.BeginBody(Ids.DataChangeFilter);
        writer.Int32(1); // Trigger: status or value
        writer.UInt32(parameters.DeadbandType);
        writer.Double(parameters.Deadband);
        writer.EndBody(body);
    }

    public static MonitoredItemResult[] Read(ref UaReader reader)
    {
        var results = new MonitoredItemResult[reader.ArrayLength(23)];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = new MonitoredItemResult(reader.StatusCode(), reader.UInt32(), reader.Double(), reader.UInt32());
            reader.ExtensionBody(out _);
        }

        return results;
    }
}

/// <summary>The result for one item.</summary>
internal readonly record struct MonitoredItemResult(StatusCode Status, uint Id, double SamplingInterval, uint QueueSize);

/// <summary>DeleteMonitoredItems (OPC 10000-4, 5.13.6).</summary>
internal sealed class DeleteMonitoredItemsRequest(uint subscription, IReadOnlyList<uint> items) : ServiceRequest
{
    public override uint EncodingId => Ids.DeleteMonitoredItemsRequest;

    public override uint ResponseId => Ids.DeleteMonitoredItemsResponse;

    public override void Encode(UaWriter writer)
    {
        writer.UInt32(subscription);
        writer.Int32(items.Count);
        foreach (var item in items) writer.UInt32(item);
    }
}
