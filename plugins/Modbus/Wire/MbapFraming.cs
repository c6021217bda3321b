using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Splits what a device sends into frames of Modbus TCP for one <see cref="RequestSession"/>; the transaction id is the request id. Where
/// the length in a header contradicts the function code and byte count behind it, the frame ends where the next one begins or where the
/// bytes end. A frame that never ends is dropped when a reply to a request of after its bytes begins behind them. Performs no I/O; not
/// thread-safe.
/// </summary>
/// <param name="usesIds">
/// False if the device puts 0 into the transaction ids of its replies: then a reply belongs to the last request, the only one in flight.
/// </param>
internal sealed class MbapFraming(bool usesIds) : ModbusFraming
{
    // A header is recognized by an id that was issued not long before.
    private const int RecentIds = 1024;
    private const int FunctionEnd = Mbap.Size + 1;

    private ushort _lastId;

    // Most bytes that may follow the last frame without belonging to the next one.
    private int _stray;
    private bool _isStray;

    // Bytes of a frame that was not complete at the last look.
    private int _held;

    public override int MaxFrameBytes => Mbap.MaxBytes;

    public override int FrameLength(ReadOnlySpan<byte> start)
    {
        _isStray = false;
        if (_held > 0 && start.Length >= _held + FunctionEnd && IsLaterReply(start))
        {
            var cutOff = _held;
            (_isStray, _held) = (true, 0);
            return cutOff;
        }

        // Nothing new has come, or so little that it can be a later reply that ends in the middle too.
        var length = start.Length == _held || IsCutOffAgain(start) ? 0 : LengthOf(start);
        _held = length == 0 || length > start.Length ? start.Length : 0;
        return length;
    }

    private int LengthOf(ReadOnlySpan<byte> start)
    {
        if (_stray > 0)
        {
            var skip = StrayBytes(start);
            if (skip < 0) return 0;
            _stray -= skip;
            _isStray = skip > 0;
            if (_isStray) return skip;
            _stray = 0;
        }

        if (start.Length < FunctionEnd) return 0;
        var declared = Mbap.DeclaredLength(start);

        // An identification is so long as the header says; its own length is known at its end only.
        var isIdentification = (start[Mbap.Size] & ~ReplyPdu.ExceptionFlag) == (byte)FunctionCode.EncapsulatedInterface;
        var implied = isIdentification ? -1 : PduLength.OfReply(start[Mbap.Size..]);
        if (implied > 0 && declared == Mbap.Size + implied) return declared;
        if (Mbap.Size + implied > Mbap.MaxBytes) implied = -1;
        if (Mbap.ProtocolId(start) != 0 || implied < 0) return declared != 0 ? declared : throw NotAFrame(start);
        if (implied == 0) return declared == start.Length ? declared : 0;
        implied += Mbap.Size;
        if (declared == 0) return IsRecent(Mbap.TransactionId(start)) ? implied : throw NotAFrame(start);
        return EndOf(start, Math.Min(declared, implied), Math.Max(declared, implied));
    }

    public override int RequestLength(ReadOnlySpan<byte> start) => Mbap.DeclaredLength(start);

    public override void Stamp(Span<byte> frame, ushort id)
    {
        _lastId = id;
        Mbap.Stamp(frame, id);
    }

    public override bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = _isStray ? (ushort)0 : Mbap.TransactionId(frame);
        if (_isStray) return false;
        if (id != 0) return true;
        HasZeroIds = true;
        if (!usesIds) id = _lastId;
        return true;
    }

    // Chooses between the two ends that a header and a function code give.
    private int EndOf(ReadOnlySpan<byte> start, int shorter, int longer)
    {
        var isNext = start.Length - shorter >= FunctionEnd && IsHeader(start[shorter..]);
        if (!isNext && start.Length >= longer && (start.Length == longer || IsHeader(start[longer..]))) return longer;
        _stray = longer - shorter;
        return shorter;
    }

    // Returns the number of bytes before the next header, or -1 if more bytes are needed to know it.
    private int StrayBytes(ReadOnlySpan<byte> start)
    {
        for (var skip = 0; skip < Math.Min(_stray, start.Length); skip++)
        {
            if (start.Length - skip < FunctionEnd) return skip > 0 ? skip : -1;
            if (IsHeader(start[skip..])) return skip;
        }

        return Math.Min(_stray, start.Length);
    }

    // True if the bytes that came behind an incomplete frame begin a reply to a later request, and contradict nothing.
    private bool IsLaterReply(ReadOnlySpan<byte> start)
    {
        if (!HasLaterId(start)) return false;
        var bytes = start[_held..];
        var implied = PduLength.OfReply(bytes[Mbap.Size..]);
        return Mbap.ProtocolId(bytes) == 0 && implied >= 0
            && Mbap.DeclaredLength(bytes) is > 0 and var declared && (implied == 0 || declared == Mbap.Size + implied);
    }

    private bool IsCutOffAgain(ReadOnlySpan<byte> start)
    {
        if (_held == 0 || start.Length < _held + 2 || start.Length >= _held + FunctionEnd || !HasLaterId(start)) return false;
        var isWhole = start.Length >= FunctionEnd && Mbap.DeclaredLength(start) is > 0 and var declared && declared <= start.Length;
        return !isWhole && (start.Length < _held + 4 || Mbap.ProtocolId(start[_held..]) == 0);
    }

    // True if the bytes behind an incomplete frame begin with the id of a request that was sent after that of the frame.
    private bool HasLaterId(ReadOnlySpan<byte> start)
    {
        var id = Mbap.TransactionId(start[_held..]);
        var after = _held > 1 ? Mbap.TransactionId(start) : (ushort)(_lastId - RecentIds);
        return usesIds && id != 0 && id != after && (ushort)(id - after) <= (ushort)(_lastId - after);
    }

    // Fewer bytes than a header may begin one, unless they contradict it.
    private bool IsHeader(ReadOnlySpan<byte> bytes) =>
        (bytes.Length < 2 || IsRecent(Mbap.TransactionId(bytes))) && (bytes.Length < 4 || Mbap.ProtocolId(bytes) == 0);

    private bool IsRecent(ushort id) => id == 0 || (ushort)(_lastId - id) < RecentIds;

    private static FrameException NotAFrame(ReadOnlySpan<byte> start) => RtuFraming.IsFrame(start)
        ? new FrameException("a frame of Modbus RTU, not of Modbus TCP (framing = \"rtu\" reads it)", start)
        : new FrameException($"a Modbus frame that says it has {Mbap.Length(start)} bytes after its length, expected 2 to 254", start);
}
