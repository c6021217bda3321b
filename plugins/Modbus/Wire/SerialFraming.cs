using System.Buffers.Binary;

namespace PlantRuntime.Plugins.Modbus.Wire;

/// <summary>
/// Finds the reply to the last request among the bytes of a serial line (MODBUS over Serial Line V1.02, clause 2.5.1). A reply has the
/// unit, the function, the length that the request implies, and a right checksum; so neither noise nor replies to others are taken for
/// one, and no silence is needed to know its end. Bytes that are no reply are explained when the line has been silent behind
/// them. Performs no I/O; not thread-safe.
/// </summary>
/// <param name="dialect">The options of the device.</param>
/// <param name="replied">Called for each reply of the unit that was asked.</param>
internal sealed class SerialFraming(ModbusDialect dialect, Action replied) : ModbusFraming
{
    private const int MaxBytes = 256;
    private const int MinBytes = 5;

    private readonly byte[] _request = new byte[MaxBytes];
    private int _requestBytes;
    private ushort _lastId;
    private byte _unit;
    private byte _function;
    private bool _isSync;
    private bool _isNoise;
    private string? _why;

    public override int MaxFrameBytes => MaxBytes;

    public override string? WhyNoReply => _why;

    /// <summary>Bytes of the reply to the last request; of the longest one if the request does not imply it.</summary>
    public int ReplyBytes { get; private set; }

    /// <summary>True if a request came back before its reply: the adapter returns what it sends.</summary>
    public bool HasEcho { get; private set; }

    /// <summary>True if the request of <see cref="ExpectSync"/> was answered.</summary>
    public bool IsSynced { get; private set; }

    /// <summary>False until bytes that came after the last request are in the buffer: those before it are no reply to it.</summary>
    public bool IsListening { get; set; }

    /// <summary>Returns the bytes of the reply to a request frame; 0 if the request does not imply it.</summary>
    public static int LengthOfReply(ReadOnlySpan<byte> request, ModbusDialect dialect) => (FunctionCode)request[1] switch
    {
        FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs => MinBytes + ((Quantity(request) + 7) / 8),
        FunctionCode.ReadHoldingRegisters or FunctionCode.ReadInputRegisters => MinBytes + (dialect.RegisterBytes * Quantity(request)),
        FunctionCode.EncapsulatedInterface => 0,
        FunctionCode.MaskWriteRegister => 10,
        _ => 8,
    };

    public override int FrameLength(ReadOnlySpan<byte> start)
    {
        if (!IsListening) return 0;
        var isAnyIncomplete = false;
        for (var at = 0; at <= start.Length - MinBytes; at++)
        {
            var length = LengthAt(start[at..], isAnyIncomplete);
            if (length < 0) continue;
            if (length == 0 || length > start.Length - at) isAnyIncomplete = true;
            else if (RtuChecksum.IsRight(start.Slice(at, length)) && !IsEcho(start.Slice(at, length)))
            {
                _isNoise = at > 0;
                HasEcho |= at >= _requestBytes && start[..at].IndexOf(_request.AsSpan(0, _requestBytes)) >= 0;
                return at > 0 ? Math.Min(at, MaxBytes) : length;
            }
        }

        _isNoise = start.Length >= 2 * MaxBytes;
        return _isNoise ? Math.Min(MaxBytes, start.Length - MaxBytes) : 0;
    }

    public override int RequestLength(ReadOnlySpan<byte> start) => 1 + PduLength.OfRequest(start[1..]) + RtuChecksum.Bytes;

    public override void Stamp(Span<byte> frame, ushort id)
    {
        _lastId = id;
        Expect(frame);
    }

    /// <summary>Expects the reply to a request frame from now on.</summary>
    public void Expect(ReadOnlySpan<byte> request)
    {
        (_unit, _function, _isSync, IsSynced, _why) = (request[0], request[1], false, false, null);
        HasWrongChecksums = IsListening = false;
        _requestBytes = Math.Min(request.Length, MaxBytes);
        request[.._requestBytes].CopyTo(_request);
        ReplyBytes = LengthOfReply(request, dialect) is var length and > 0 ? length : MaxBytes;
    }

    /// <summary>
    /// Expects the reply to a request whose only purpose is to show that the device has done with the requests before it.
    /// </summary>
    public void ExpectSync(ReadOnlySpan<byte> request)
    {
        Expect(request);
        _isSync = true;
    }

    public override bool TryGetId(ReadOnlySpan<byte> frame, out ushort id)
    {
        id = _lastId;
        if (_isNoise) return false;
        replied();
        if (!_isSync) return true;
        (_isSync, IsSynced, _function) = (false, true, 0);
        return false;
    }

    /// <summary>Sets the reason why there is no reply, unless the bytes of the line give one.</summary>
    public void Explain(string why) => _why ??= why;

    /// <summary>
    /// Explains bytes that are no reply, after which the line was silent: a reply of another unit, to another function, or of another
    /// length, or bytes with a wrong checksum.
    /// </summary>
    /// <param name="bytes">The bytes, at least one.</param>
    /// <param name="isWrong">True if they are as many as a reply and have a wrong checksum.</param>
    /// <returns>True if they are what is left of the reply, so that no other one will come.</returns>
    public bool ExplainRest(ReadOnlySpan<byte> bytes, out bool isWrong)
    {
        isWrong = false;
        if (bytes.SequenceEqual(_request.AsSpan(0, _requestBytes)))
        {
            HasEcho = true;
            _why = "only the request came back: the adapter returns what it sends (echo = true), and the unit does not answer";
            return false;
        }

        if (bytes.Length >= MinBytes && RtuChecksum.IsRight(bytes))
        {
            _why = WhyForeign(bytes);
            return false;
        }

        isWrong = bytes.Length >= MinBytes;
        if (isWrong) ReportWrongChecksum();
        return bytes.Length >= MinBytes && (bytes.Length >= ReplyBytes || BeginsReply(bytes));
    }

    /// <summary>Notes that bytes came whose checksum is wrong.</summary>
    public void ReportWrongChecksum()
    {
        HasWrongChecksums = true;
        _why = "bytes came that are no frame with a right checksum";
    }

    private static int Quantity(ReadOnlySpan<byte> request) => BinaryPrimitives.ReadUInt16BigEndian(request[4..]);

    // The echo of a request for 17 to 24 bits from 768 on has the form of its reply. Writes are answered with their echo.
    private bool IsEcho(ReadOnlySpan<byte> frame) => _function <= (byte)FunctionCode.ReadDiscreteInputs
        && frame.SequenceEqual(_request.AsSpan(0, _requestBytes));

    private bool BeginsReply(ReadOnlySpan<byte> bytes) =>
        (bytes[0] == _unit || !dialect.ChecksUnit) && (bytes[1] & ~ReplyPdu.ExceptionFlag) == _function;

    // Returns the length of the reply that may begin here, 0 if more bytes are needed to know it, -1 if none begins here. An exception
    // reply is short enough to be contained in the data of a reply that is not complete yet.
    private int LengthAt(ReadOnlySpan<byte> start, bool isAnyIncomplete)
    {
        if (!BeginsReply(start)) return -1;
        if ((start[1] & ReplyPdu.ExceptionFlag) != 0) return isAnyIncomplete ? -1 : MinBytes;
        var pdu = PduLength.OfReply(start[1..]);
        if (pdu <= 0) return pdu;
        var length = 1 + pdu + RtuChecksum.Bytes;
        return length == ReplyBytes || _function == (byte)FunctionCode.EncapsulatedInterface ? length : -1;
    }

    private string WhyForeign(ReadOnlySpan<byte> frame)
    {
        if (frame[0] != _unit && dialect.ChecksUnit) return ReplyFault.OtherUnit(_unit, frame[0]).Reason;
        if ((frame[1] & ~ReplyPdu.ExceptionFlag) != _function) return ReplyFault.OtherFunction.Reason;
        var isBits = _function is (byte)FunctionCode.ReadCoils or (byte)FunctionCode.ReadDiscreteInputs;
        return _function <= (byte)FunctionCode.ReadInputRegisters && frame.Length == MinBytes + frame[2]
            ? ReplyFault.OtherByteCount((byte)(ReplyBytes - MinBytes), frame[2], isBits).Reason : ReplyFault.OtherLength.Reason;
    }
}
