using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.OpcUa.Channel;

/// <summary>
/// Sequence numbers of a channel (OPC 10000-6, 6.7.2.4): each chunk's is one more than the one before; above 4,294,966,271 they may start
/// again below 1024. They go on over a renewal.
/// </summary>
internal struct SequenceNumbers
{
    private const uint WrapAfter = uint.MaxValue - 1024;
    private const uint WrapBelow = 1024;

    private uint _last;
    private bool _isStarted;

    /// <summary>The next number to send.</summary>
    public uint Next()
    {
        _last = _last >= WrapAfter ? 1 : _last + 1;
        return _last;
    }

    /// <summary>Checks a received number.</summary>
    /// <exception cref="LinkException">A chunk is missing, repeated or out of order.</exception>
    public void Check(uint number)
    {
        var isNext = !_isStarted || number == unchecked(_last + 1) || (_last >= WrapAfter && number < WrapBelow);
        if (!isNext)
            throw new LinkException($"the server's chunk has sequence number {number} after {_last}: one is missing, or was sent again");
        (_last, _isStarted) = (number, true);
    }
}
