using PlantRuntime.Plugins.EtherNetIp.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.EtherNetIp.Info;

/// <summary>ListIdentity: the identity of the module that is connected to, for devices that do not tell it in a message.</summary>
internal sealed class IdentityList : IExchange
{
    private readonly byte[] _frame = new byte[Encapsulation.HeaderBytes];
    private bool _isSent;

    /// <summary>The identity of the module; null if it does not answer.</summary>
    public Identity? Identity { get; private set; }

    int IExchange.PrepareRound()
    {
        if (_isSent) return 0;
        Encapsulation.WriteListIdentity(_frame);
        _isSent = true;
        return 1;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _frame;

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        Identity = Encapsulation.Status(frame) == 0 ? Identity.ReadList(frame) : null;
        return true;
    }

    bool IExchange.TryCompleteAtTimeout() => true;
}
