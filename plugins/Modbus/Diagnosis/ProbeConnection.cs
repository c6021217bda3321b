using System.Net.Sockets;
using System.Runtime.InteropServices;
using PlantRuntime.Plugins.Modbus.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.Modbus.Diagnosis;

/// <summary>
/// A connection for one diagnosis: sends single reads and classifies what comes back, whatever it is. Owned by
/// <see cref="ModbusDiagnosis"/>, one call at a time.
/// </summary>
internal sealed class ProbeConnection : IAsyncDisposable
{
    // An id that no device makes up by itself.
    private const ushort FirstId = 0x5A01;

    private readonly NetworkStream _stream;
    private readonly ModbusFrame _frame;
    private readonly TimeProvider _time;
    private readonly byte[] _bytes = new byte[512];
    private ushort _id = FirstId;

    private ProbeConnection(NetworkStream stream, ModbusFrame frame, TimeProvider time) => (_stream, _frame, _time) = (stream, frame, time);

    public static async ValueTask<ProbeConnection> ConnectAsync(ModbusOptions options, FrameFormat format, TimeProvider time,
        CancellationToken cancel)
    {
        var connection = await TcpConnection.ConnectAsync(options.Host, options.Port.Number, cancel).ConfigureAwait(false);
        return new ProbeConnection(connection.ToStream(), format == FrameFormat.Rtu ? ModbusFrame.Rtu : ModbusFrame.Tcp, time);
    }

    /// <summary>Sends a read and waits for its reply.</summary>
    public async ValueTask<ProbeReply> AskAsync(ProbeRequest request, TimeSpan limit, CancellationToken cancel)
    {
        var frame = new byte[ModbusReadRequest.FrameBytes(_frame)];
        ModbusReadRequest.Write(
            frame, request.Unit, request.Function, (ushort)request.Start, (ushort)request.Count, new ModbusDialect(_frame));
        if (_frame == ModbusFrame.Tcp) Mbap.Stamp(frame, ++_id);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = _time.CreateTimer(static token => ((CancellationTokenSource)token!).Cancel(), patience, limit,
            Timeout.InfiniteTimeSpan);
        var start = _time.GetTimestamp();
        var length = 0;
        try
        {
            await _stream.WriteAsync(frame, patience.Token).ConfigureAwait(false);
            while (length < _bytes.Length && await _stream.ReadAsync(_bytes.AsMemory(length), patience.Token).ConfigureAwait(false)
                is var count and > 0)
            {
                length += count;
                if (Classify(_bytes.AsSpan(0, length), request) is { } reply) return reply with { Time = _time.GetElapsedTime(start) };
            }
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // No answer in time, or none that can be classified.
        }

        return new ProbeReply(length == 0 ? ProbeOutcome.Silence : ProbeOutcome.Other);
    }

    /// <summary>Waits for the device to close the connection. Returns how long that took, or null if it did not.</summary>
    public async ValueTask<TimeSpan?> WaitForCloseAsync(TimeSpan limit, CancellationToken cancel)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using var timer = _time.CreateTimer(static token => ((CancellationTokenSource)token!).Cancel(), patience, limit,
            Timeout.InfiniteTimeSpan);
        var start = _time.GetTimestamp();
        try
        {
            while (await _stream.ReadAsync(_bytes, patience.Token).ConfigureAwait(false) > 0)
            {
            }

            return _time.GetElapsedTime(start);
        }
        catch (IOException)
        {
            return _time.GetElapsedTime(start);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    public ValueTask DisposeAsync() => _stream.DisposeAsync();

    // Returns null if more bytes may follow.
    private ProbeReply? Classify(ReadOnlySpan<byte> bytes, ProbeRequest request)
    {
        if (bytes.Length <= _frame.HeadBytes + 1) return null;
        var pdu = bytes[_frame.HeadBytes..];
        var length = PduLength.OfReply(pdu);
        if (length <= 0 || pdu.Length < length + _frame.TailBytes) return null;
        if ((pdu[0] & ~ReplyPdu.ExceptionFlag) != (byte)request.Function) return null;
        var isException = (pdu[0] & ReplyPdu.ExceptionFlag) != 0;
        var reply = new ProbeReply(ProbeOutcome.Answer)
        {
            Unit = _frame.Unit(bytes),
            Exception = isException ? pdu[1] : (byte)0,
            ByteCount = isException ? 0 : pdu[1],
        };
        if (_frame == ModbusFrame.Rtu) return RtuChecksum.IsRight(bytes[..(_frame.HeadBytes + length + _frame.TailBytes)]) ? reply : null;
        if (Mbap.ProtocolId(bytes) != 0) return null;
        var id = Mbap.TransactionId(bytes);
        return id == _id ? reply : id == 0 ? reply with { HasZeroId = true } : null;
    }
}

/// <summary>A read that a diagnosis sends.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeRequest(byte Unit, FunctionCode Function, int Start, int Count);

/// <summary>The kinds of replies to a diagnosis.</summary>
internal enum ProbeOutcome
{
    Silence,

    /// <summary>Bytes that are no reply to the request.</summary>
    Other,

    Answer,
}

/// <summary>The outcome of a read of a diagnosis.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ProbeReply(ProbeOutcome Kind)
{
    public byte Unit { get; init; }

    /// <summary>The exception code; 0 if the reply has data.</summary>
    public byte Exception { get; init; }

    public int ByteCount { get; init; }

    public bool HasZeroId { get; init; }

    public TimeSpan Time { get; init; }
}
