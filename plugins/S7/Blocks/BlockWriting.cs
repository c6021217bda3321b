using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Blocks;

/// <summary>
/// Writes bytes into a block, in order, with the fewest requests. After a refusal no further request is sent; those in flight may still be
/// executed. If several requests are needed, the last byte is read first, so that a block that ends too early is not written in part. One
/// <see cref="S7Block"/> owns it; <see cref="ExchangeLoop{TSession}"/> calls the <see cref="IExchange"/> members, one call at a time; not
/// thread-safe. It borrows the driver's loop, owns its packets, and never retries.
/// </summary>
internal sealed class BlockWriting(ExchangeLoop<S7Session> loop, S7Address block) : IExchange
{
    private ReadOnlyMemory<byte> _bytes;
    private int _start;
    private int _part;
    private int _parts;
    private readonly byte[] _look = new byte[ReadVar.RequestBytes(1)];
    private byte[] _packets = [];
    private Step _step;
    private int _written;
    private S7Fault? _fault;
    private int _faulty;

    private enum Step
    {
        Cut,
        Look,
        Write,
        Done,
    }

    /// <summary>
    /// Begins to write bytes at an offset in the block. The bytes belong to the caller and must not change until the exchange ends.
    /// </summary>
    public void Begin(int offset, ReadOnlyMemory<byte> bytes) =>
        (_start, _bytes, _step, _written, _fault) = (block.Offset + offset, bytes, Step.Cut, 0, null);

    int IExchange.PrepareRound()
    {
        var pduSize = loop.Session.Setup.PduSize;
        if (_fault is not null) throw Refused(_fault);
        if (_step == Step.Cut) Cut(pduSize);
        else _step++;
        switch (_step)
        {
            case Step.Look: PrepareProbe(); return 1;
            case Step.Write: PrepareWrites(); return _parts;
            default: return 0;
        }
    }

    private void Cut(int pduSize)
    {
        _part = WriteVar.MaxBytes(pduSize);
        _parts = (_bytes.Length + _part - 1) / _part;
        _step = _parts > 1 ? Step.Look : Step.Write;
    }

    private void PrepareProbe()
    {
        ReadVar.Write(_look, 1);
        VarItem.Write(ReadVar.Item(_look, 0), block.Area, block.Block, _start + _bytes.Length - 1, 1);
    }

    private void PrepareWrites()
    {
        var needed = (_parts * WriteVar.Overhead) + _bytes.Length;
        if (_packets.Length < needed) _packets = new byte[needed];
        for (var i = 0; i < _parts; i++)
        {
            var packet = ((IExchange)this).Frames(i, 1).Span;
            _bytes.Span.Slice(i * _part, Bytes(i)).CopyTo(packet[WriteVar.Overhead..]);
            WriteVar.Write(packet, block.Area, block.Block, _start + (i * _part), Bytes(i));
        }
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        if (_step == Step.Look) return _look;
        var last = first + count - 1;
        var size = WriteVar.Overhead + _part;
        return _packets.AsMemory(first * size, ((count - 1) * size) + WriteVar.Overhead + Bytes(last));
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        var pdu = CotpData.Pdu(frame);
        if (_step == Step.Look) return AcceptProbe(pdu);
        if (WriteVar.Check(pdu) is not { } fault) _written++;
        else if (!fault.IsAnswer) throw new IOException($"{fault.Reason}: whether the bytes were written is unknown");
        else if (_fault is null) (_fault, _faulty) = (fault, request);
        return _fault is null;
    }

    bool IExchange.TryCompleteAtTimeout() => false;

    bool IExchange.ShowsSilence => false;

    private bool AcceptProbe(ReadOnlySpan<byte> pdu)
    {
        _fault = ReadVar.ParseSingle(pdu, 1, out _);
        return _fault is null;
    }

    private int Bytes(int part) => Math.Min(_part, _bytes.Length - (part * _part));

    private RefusedException Refused(S7Fault fault)
    {
        if (_step == Step.Look) return new RefusedException($"byte {_start + _bytes.Length - 1}: {fault.Reason}; nothing was written");
        var first = _start + (_faulty * _part);
        var done = _parts == 1 ? "nothing was written" : $"{_written} of {_parts} parts were written";
        return new RefusedException($"bytes {first} to {first + Bytes(_faulty) - 1}: {fault.Reason}; {done}");
    }
}
