using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Serial;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Session;

/// <summary>
/// Carries one request at a time over a serial line: sends it, waits for its reply within a time of its own, repeats it when the reply is
/// damaged or missing, and gives up without the loss of the connection. A <see cref="RequestSession"/> calls it while the device has the
/// turn on the line, one call at a time. It borrows the link and owns the framing.
/// </summary>
internal sealed class SerialConnection : IConnection
{
    /// <summary>The reason of a request that was not sent because its unit did not answer the one before.</summary>
    public const string Postponed = "not asked in this scan, because the unit did not answer before";

    // A reply is complete or cut when nothing follows for so long. An adapter may hold bytes back for 16 ms; between the characters of an
    // ASCII line a second may pass (MODBUS over Serial Line V1.02, clause 2.5.2.1).
    private static readonly TimeSpan s_gap = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_asciiGap = TimeSpan.FromSeconds(1);

    // A reply may come late by so many reply timeouts.
    private const int LateLimit = 5;

    // A silent unit among others is asked for at most 1/5 of the time.
    private const int SilentShare = 5;
    private const int MaxSyncCount = 5;

    // Results beside the number of bytes.
    private const int Incomplete = -2;
    private const int Damaged = -3;

    private readonly SerialLink _link;
    private readonly SerialRules _rules;
    private readonly SerialUnits _units;
    private readonly TimeProvider _time;
    private readonly FrameObserver? _observer;
    private readonly AsciiReceiver? _ascii;
    private readonly byte[] _text;
    private readonly byte[] _sync = new byte[8];

    // The request whose reply is awaited.
    private ReadOnlyMemory<byte> _request;

    // The frame that was sent last: the request, or the one that is sent before it.
    private ReadOnlyMemory<byte> _sent;
    private UnitState _unit;
    private byte _function;
    private int _triesLeft;
    private bool _isOver;
    private long _began;
    private long _deadline;

    public SerialConnection(
        SerialLink link, SerialRules rules, SerialUnits units, TimeProvider time, FrameObserver? observer = null)
    {
        _observer = observer;
        (_link, _rules, _units, _time, _unit) = (link, rules, units, time, units[0]);
        Framing = new SerialFraming(rules.Dialect, OnReply);
        _ascii = rules.IsAscii ? new AsciiReceiver(observer) : null;
        _text = new byte[rules.IsAscii ? AsciiLine.MaxChars : 0];
    }

    public SerialFraming Framing { get; }

    public bool IsClosedByPeer => false;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        var (unit, function, now) = (bytes.Span[0], bytes.Span[1], _time.GetTimestamp());
        (_request, _unit, _function, _began) = (bytes, _units[unit], function, now);
        _isOver = unit == 0;
        if (_isOver)
        {
            await BroadcastAsync(cancel).ConfigureAwait(false);
            return;
        }

        if (now < _unit.NotBefore)
        {
            Framing.Explain(Postponed);
            _isOver = true;
            return;
        }

        var isRead = function <= (byte)FunctionCode.ReadInputRegisters;
        _triesLeft = isRead && _unit.IsAnswering ? _rules.Retries : 0;
        _sent = bytes;
        if (_unit.IsInDoubt(function, now)) ExpectSync(now);
        try
        {
            await SendFrameAsync(_sent, cancel).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Part of the frame, or all of it, may be sent.
            Abandon();
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> FillAsync(FrameBuffer frames, CancellationToken cancel)
    {
        if (_isOver) return IConnection.NoReply;
        try
        {
            if (Framing.IsSynced)
            {
                _sent = _request;
                Framing.Expect(_request.Span);
                await SendFrameAsync(_sent, cancel).ConfigureAwait(false);
            }

            while (true)
            {
                if (!Framing.IsListening)
                {
                    frames.DropUnfinished();
                    Framing.IsListening = true;
                }

                var (isPartial, left) = (!frames.Unfinished.IsEmpty || _ascii is { HasPartial: true }, TimeLeft());
                var gap = _ascii is null ? s_gap : s_asciiGap;
                var wait = isPartial && gap < left ? gap : left;
                var count = wait > TimeSpan.Zero ? await ReceiveAsync(frames, wait, cancel).ConfigureAwait(false) : 0;
                if (count > 0) return count;
                if (count == Incomplete) continue;
                var isDamaged = count == Damaged || (isPartial && DropPartial(frames));
                if (!isDamaged && TimeLeft() > TimeSpan.Zero) continue;
                if (_triesLeft == 0)
                {
                    GiveUp();
                    return IConnection.NoReply;
                }

                // A missing reply may still come; a damaged one has come.
                _triesLeft--;
                if (!isDamaged) BeginSync();
                _link.KeepSilent(_rules.Pause);
                await SendFrameAsync(_sent, cancel).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException)
        {
            Abandon();
            throw;
        }
    }

    /// <summary>The link, whose turn has ended or ends with the call, belongs to the driver.</summary>
    public void Dispose()
    {
    }

    private void OnReply()
    {
        _unit.ReportReply();
        _link.ReportReply();
    }

    private async ValueTask BroadcastAsync(CancellationToken cancel)
    {
        _sent = _request;
        await SendFrameAsync(_request, cancel).ConfigureAwait(false);
        _link.KeepSilent(_link.Settings.DurationOf(CharsOf(_request.Length)) + _rules.Turnaround);
        _link.ReportReply();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendFrameAsync(ReadOnlyMemory<byte> frame, CancellationToken cancel)
    {
        _units.Requests++;
        _ascii?.Drop();
        var characters = _ascii is null ? frame : _text.AsMemory(0, AsciiLine.Encode(frame.Span, _text));
        _observer?.Invoke(true, characters.Span, null);
        await _link.SendAsync(characters, cancel).ConfigureAwait(false);
        if (_link.IsEchoWrong) Framing.Explain("echo = true, but other bytes came back than were sent");
        var onLine = _link.Settings.DurationOf(characters.Length + CharsOf(Framing.ReplyBytes));
        _deadline = _time.GetTimestamp() + _time.Ticks(onLine + _rules.ReplyTimeout);
    }

    // Returns the bytes written into the buffer; 0 if the line was silent; Incomplete or Damaged for the characters of an ASCII line.
    private ValueTask<int> ReceiveAsync(FrameBuffer frames, TimeSpan wait, CancellationToken cancel) =>
        _ascii is null ? _link.ReceiveAsync(frames.Free(), wait, cancel) : ReceiveLineAsync(_ascii, frames, wait, cancel);

    private async ValueTask<int> ReceiveLineAsync(AsciiReceiver ascii, FrameBuffer frames, TimeSpan wait, CancellationToken cancel)
    {
        var count = await _link.ReceiveAsync(_text, wait, cancel).ConfigureAwait(false);
        if (count == 0) return 0;
        var wrong = ascii.WrongLines;
        var written = ascii.Receive(_text.AsSpan(0, count), frames.Free().Span);
        if (ascii.WrongLines > wrong)
        {
            _units.ChecksumErrors += ascii.WrongLines - wrong;
            Framing.ReportWrongChecksum();
        }

        return written > 0 ? written : ascii.WrongLines > wrong ? Damaged : Incomplete;
    }

    // Returns true if what was dropped is a damaged reply.
    private bool DropPartial(FrameBuffer frames)
    {
        var rest = frames.Unfinished;
        var isWrong = false;
        var isDamaged = !rest.IsEmpty && Framing.ExplainRest(rest, out isWrong);
        if (isWrong) _units.ChecksumErrors++;
        if (!rest.IsEmpty) _observer?.Invoke(false, rest, isDamaged ? "a damaged reply" : "no reply to the request");
        frames.DropUnfinished();
        _ascii?.Drop();
        return isDamaged;
    }

    private void GiveUp()
    {
        Abandon();
        var now = _time.GetTimestamp();
        _unit.ReportSilence(_units.Count > 1 ? now + ((SilentShare - 1) * (now - _began)) : 0);
    }

    private void Abandon()
    {
        if (!_isOver) AbandonSent();
        _isOver = true;
    }

    private void AbandonSent() =>
        _unit.Abandon(_sent.Span[1], Framing.ReplyBytes, _time.GetTimestamp() + (LateLimit * _time.Ticks(_rules.ReplyTimeout)));

    private void BeginSync()
    {
        AbandonSent();
        ExpectSync(_time.GetTimestamp());
    }

    // Sends another request first, whose reply shows that none to the requests before it will come.
    private void ExpectSync(long now)
    {
        WriteSync(now);
        Framing.ExpectSync(_sync);
        _sent = _sync;
    }

    // Writes a read of the same table whose reply has another length than those that may come late.
    private void WriteSync(long now)
    {
        var request = _request.Span;
        var read = (FunctionCode)_function switch
        {
            FunctionCode.ReadCoils or FunctionCode.WriteSingleCoil or FunctionCode.WriteMultipleCoils => FunctionCode.ReadCoils,
            FunctionCode.ReadDiscreteInputs => FunctionCode.ReadDiscreteInputs,
            FunctionCode.ReadInputRegisters => FunctionCode.ReadInputRegisters,
            _ => FunctionCode.ReadHoldingRegisters,
        };
        var isBits = read is FunctionCode.ReadCoils or FunctionCode.ReadDiscreteInputs;
        for (var n = 1; n <= MaxSyncCount; n++)
        {
            var count = isBits ? (8 * (n - 1)) + 1 : n;
            var start = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(request[2..]), ModbusAddress.Offsets - count);
            ModbusReadRequest.Write(_sync, request[0], read, (ushort)start, (ushort)count, _rules.Dialect);
            if (!_unit.MayReplyLate((byte)read, SerialFraming.LengthOfReply(_sync, _rules.Dialect), now)) return;
        }
    }

    private int CharsOf(int rtuBytes) => _ascii is null ? rtuBytes : AsciiLine.CharsOf(rtuBytes);

    private TimeSpan TimeLeft() => _time.GetElapsedTime(_time.GetTimestamp(), _deadline);
}
