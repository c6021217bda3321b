using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Asking;

/// <summary>One question about the CPU itself, and its answer in as many PDUs as it takes.</summary>
/// <param name="group">Group of the function.</param>
/// <param name="function">The function.</param>
/// <param name="bytes">What it needs to know.</param>
internal sealed class Question(byte group, byte function, byte[] bytes) : IExchange
{
    // Longer than any list, so that a CPU which never says "last" comes to an end.
    private const int MostBytes = 512 << 10;

    private readonly byte[] _packet = new byte[UserData.Overhead + bytes.Length];
    private readonly List<byte> _answer = [];
    private int _length;
    private UserData _state;
    private bool _isAsked;

    /// <summary>Why the CPU does not answer it, or null.</summary>
    public S7Fault? Fault { get; private set; }

    /// <summary>The whole answer; what came before the fault, if there is one.</summary>
    public byte[] Answer => [.. _answer];

    int IExchange.Prepare(in SetupCommunication setup)
    {
        if (Fault is not null || _state.IsLast) return 0;
        _length = _isAsked
            ? UserData.WriteContinue(_packet, group, function, _state.Sequence)
            : UserData.Write(_packet, group, function, bytes);
        _isAsked = true;
        return 1;
    }

    Memory<byte> IExchange.Packets(int first, int count) => _packet.AsMemory(0, _length);

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        Fault = UserData.Read(pdu, group, function, out _state, out var part);
        if (Fault is null && !_state.IsLast && (part.IsEmpty || _answer.Count > MostBytes)) Fault = S7Fault.OtherLength;
        _answer.AddRange(part);
        return true;
    }

    bool IExchange.TryEndEarly() => false;
}
