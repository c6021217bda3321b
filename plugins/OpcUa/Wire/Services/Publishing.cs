namespace PlantRuntime.Plugins.OpcUa.Wire.Services;

/// <summary>A notification that is stored here, so that the server may forget it (OPC 10000-4, 7.38).</summary>
internal readonly record struct Acknowledgement(uint Subscription, uint SequenceNumber);

/// <summary>Publish (OPC 10000-4, 5.14.5). One object is used again for every request of a connection.</summary>
internal sealed class PublishRequest : ServiceRequest
{
    public override uint EncodingId => Ids.PublishRequest;

    public override uint ResponseId => Ids.PublishResponse;

    public List<Acknowledgement> Acknowledgements { get; } = [];

    public override void Encode(UaWriter writer)
    {
        writer.Int32(Acknowledgements.Count);
        foreach (var (subscription, number) in Acknowledgements)
        {
            writer.UInt32(subscription);
            writer.UInt32(number);
        }
    }
}

/// <summary>Republish (OPC 10000-4, 5.14.6); its response is a NotificationMessage alone.</summary>
internal sealed class RepublishRequest(uint subscription, uint sequenceNumber) : ServiceRequest
{
    public override uint EncodingId => Ids.RepublishRequest;

    public override uint ResponseId => Ids.RepublishResponse;

    public override void Encode(UaWriter writer)
    {
        writer.UInt32(subscription);
        writer.UInt32(sequenceNumber);
    }
}

/// <summary>The part of a Publish response before its notifications.</summary>
internal readonly record struct PublishHeader(uint Subscription, bool MoreNotifications)
{
    /// <summary>Reads it; the sequence numbers available at the server go into <paramref name="available"/>.</summary>
    public static PublishHeader Read(ref UaReader reader, List<uint> available)
    {
        available.Clear();
        var subscription = reader.UInt32();
        for (var count = reader.ArrayLength(4); count > 0; count--) available.Add(reader.UInt32());
        return new PublishHeader(subscription, reader.Boolean());
    }
}

/// <summary>
/// A NotificationMessage (OPC 10000-4, 7.26), read element by element: the header, then for each of <see cref="Parts"/> its body. Without
/// parts it is a keep-alive, whose sequence number is the next one that will be used.
/// </summary>
internal readonly record struct NotificationHeader(uint SequenceNumber, DateTime PublishTime, int Parts)
{
    public static NotificationHeader Read(ref UaReader reader) => new(reader.UInt32(), reader.DateTime(), reader.ArrayLength(3));
}
