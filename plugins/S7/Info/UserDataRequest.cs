using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Info;

/// <summary>
/// An info request (user data) to the CPU. Its reply may consist of several PDUs, which are requested one after the other. Created for one
/// request by <see cref="BlockBrowser"/> or <see cref="DeviceInfoReader"/>; <see cref="ExchangeLoop{TSession}"/> calls the
/// <see cref="IExchange"/> members, one call at a time; not thread-safe. It owns its packet and the collected reply.
/// </summary>
/// <param name="group">Group of the function.</param>
/// <param name="function">The function.</param>
/// <param name="bytes">The parameters of the function.</param>
internal sealed class UserDataRequest(byte group, byte function, byte[] bytes) : IExchange
{
    // More bytes than any list has; ends a reply of which the CPU marks no PDU as the last one.
    private const int MaxBytes = 512 << 10;

    private readonly byte[] _packet = new byte[UserData.Overhead + bytes.Length];
    private readonly List<byte> _answer = [];
    private int _length;
    private UserData _state;
    private bool _isAsked;

    /// <summary>The fault in the reply, or null.</summary>
    public S7Fault? Fault { get; private set; }

    /// <summary>A copy of the reply; if there is a fault, of the part before it.</summary>
    public byte[] Answer => [.. _answer];

    int IExchange.PrepareRound()
    {
        if (Fault is not null || _state.IsLast) return 0;
        _length = _isAsked
            ? UserData.WriteContinue(_packet, group, function, _state.Sequence)
            : UserData.Write(_packet, group, function, bytes);
        _isAsked = true;
        return 1;
    }

    Memory<byte> IExchange.Frames(int first, int count) => _packet.AsMemory(0, _length);

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        var pdu = CotpData.Pdu(frame);
        Fault = UserData.Read(pdu, group, function, out _state, out var part);
        if (Fault is null && !_state.IsLast && (part.IsEmpty || _answer.Count > MaxBytes)) Fault = S7Fault.OtherLength;
        _answer.AddRange(part);
        return true;
    }

    bool IExchange.TryCompleteAtTimeout() => false;
}
