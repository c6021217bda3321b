using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Splits a stream of bytes into frames of Modbus RTU (MODBUS over Serial Line V1.02, clause 2.5.1):
/// <code>
/// 0  unit id   1 byte
/// 1  PDU       1 to 253 bytes, the first of them the function code
///    checksum  2 bytes, the low byte first
/// </code>
/// The length of a frame follows from its function code, and its checksum confirms it, so no silence between frames is needed. Bytes that
/// begin no such frame, such as noise or the echo of a request, are skipped. A reply has no id: it belongs to the last request, which must
/// be the only one in flight. Performs no I/O; not thread-safe.
/// </summary>
internal sealed class RtuFraming : ModbusFraming
{
    private const int MaxBytes = 256;
    private const int MinBytes = 5;

    private ushort _lastId;
    private byte _function;
    private bool _isNoise;

    public override int MaxFrameBytes => MaxBytes;

    /// <summary>Returns true if the bytes begin a reply with a right checksum.</summary>
    public static bool IsFrame(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= MinBytes && LengthOf(bytes) is var length and > 0 && length <= bytes.Length && RtuChecksum.IsRight(bytes[..length]);

    public override int FrameLength(ReadOnlySpan<byte> start)
    {
        for (var at = 0; at <= start.Length - MinBytes; at++)
        {
            if ((start[at + 1] & ~ReplyPdu.ExceptionFlag) != _function || !IsFrame(start[at..])) continue;
            _isNoise = at > 0;
            return at > 0 ? Math.Min(at, MaxBytes) : LengthOf(start);
        }

        HasWrongChecksums |= start.Length >= MinBytes && LengthOf(start) is var length && (length < 0 || length <= start.Length);
        _isNoise = start.Length >= 2 * MaxBytes;
        return _isNoise ? Math.Min(MaxBytes, start.Length - MaxBytes) : 0;
    }

    public override int RequestLength(ReadOnlySpan<byte> start) => 1 + PduLength.OfRequest(start[1..]) + RtuChecksum.Bytes;

    public override void Stamp(Span<byte> frame, ushort id) => (_lastId, _function) = (id, frame[1]);

    public override bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = _lastId;
        return !_isNoise;
    }

    private static int LengthOf(ReadOnlySpan<byte> start) =>
        PduLength.OfReply(start[1..]) is var pdu and > 0 ? 1 + pdu + RtuChecksum.Bytes : -1;
}
