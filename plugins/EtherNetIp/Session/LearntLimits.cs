using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Session;

/// <summary>
/// The limits of a controller as far as its replies have shown them: whether it takes packets, how much fits into a reply, how many
/// requests it takes at once. Kept over sessions.
/// </summary>
/// <param name="hasPackets">Requests can share a message, until the controller refuses it.</param>
/// <param name="maxRequests">Requests in flight, from the options.</param>
internal sealed class LearntLimits(bool hasPackets, int maxRequests)
{
    private const int LeastRoom = 100;

    private readonly PipelineDepth _depth = new(maxRequests);
    private int _lessRoom;

    public bool HasPackets { get; private set; } = hasPackets;

    /// <summary>
    /// True while a Large Forward Open is not answered, also after the session has ended by that: the next one asks for a small connection.
    /// </summary>
    public bool IsLargeUnanswered { get; set; }

    /// <summary>Requests that may be in flight.</summary>
    public int InFlight => _depth.Current;

    /// <summary>Bytes to count on in a reply.</summary>
    public int ReplyRoom(CipTransport transport) => Math.Max(LeastRoom, transport.ReplyRoom - _lessRoom);

    public void RefusePackets() => HasPackets = false;

    /// <summary>A packet's reply had less room than was counted on: the next ones are filled less.</summary>
    public void ReplyWasTooLarge(CipTransport transport) =>
        _lessRoom = Math.Min(transport.ReplyRoom, _lessRoom + Math.Max(16, transport.ReplyRoom / 64));

    /// <summary>Reports an exchange of several requests in flight.</summary>
    /// <returns>True when this device turned out to take one at a time only.</returns>
    public bool Report(int requests, bool isComplete)
    {
        if (!isComplete) return _depth.ReportBroken(requests);
        _depth.ReportAnswered(requests);
        return false;
    }
}
