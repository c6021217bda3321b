using PlantRuntime.Plugins.EtherNetIp.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Requests;

/// <summary>One CIP request and the handling of its reply. Several of them share a packet where the controller allows it.</summary>
internal abstract class CipItem
{
    /// <summary>The request.</summary>
    public abstract byte[] Request { get; }

    /// <summary>Bytes that the reply is expected to have, its header included; used to fill packets.</summary>
    public abstract int ReplyBytes { get; }

    /// <summary>True for a request whose reply may take all the room: it shares no packet.</summary>
    public virtual bool IsAlone => false;

    /// <summary>True for a request that made the controller refuse a whole packet: it shares none from then on.</summary>
    public bool IsIsolated { get; set; }

    /// <summary>True for a request that shares no packet.</summary>
    public bool HasOwnMessage => IsAlone || IsIsolated;

    /// <summary>Handles the reply, whose service was checked and whose status was not. Its data is valid during the call.</summary>
    public abstract void Accept(in CipReply reply);

    /// <summary>Called instead of <see cref="Accept"/> if there is no reply to this request that makes sense.</summary>
    public abstract void Fail(CipFault fault);
}

/// <summary>A request whose reply is kept, for everything that is not read at every scan.</summary>
internal sealed class SingleRequest(byte[] request, int replyBytes, bool isAlone = false) : CipItem
{
    public override byte[] Request => request;

    public override int ReplyBytes => replyBytes;

    public override bool IsAlone => isAlone;

    /// <summary>Why the controller refuses; null after success. A reply that has part of the data (06) has both.</summary>
    public CipFault? Fault { get; private set; }

    /// <summary>Data of the reply.</summary>
    public byte[] Data { get; private set; } = [];

    /// <summary>True when the reply has data and says that there is more.</summary>
    public bool IsPartial => Fault?.Status == CipFault.NotEnoughRoom && Data.Length > 0;

    public override void Accept(in CipReply reply)
    {
        Fault = reply.Status == 0 ? null : CipFault.From(reply);
        Data = reply.Data.ToArray();
    }

    public override void Fail(CipFault fault) => Fault = fault;
}
