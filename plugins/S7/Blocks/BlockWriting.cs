using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Blocks;

/// <summary>
/// Writes bytes into a block, in order, with as few requests as carry them; after a refusal no further one is sent. Before more than one
/// request the last byte is read: a block that ends too early is not written in part.
/// </summary>
internal sealed class BlockWriting(S7Address block) : IExchange
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

    /// <summary>Begins to write bytes at a place of the block.</summary>
    public void Begin(int offset, ReadOnlyMemory<byte> bytes) =>
        (_start, _bytes, _step, _written, _fault) = (block.Offset + offset, bytes, Step.Cut, 0, null);

    int IExchange.Prepare(in SetupCommunication setup)
    {
        if (_fault is not null) throw Refused(_fault);
        if (_step == Step.Cut) Cut(setup.PduSize);
        else _step++;
        switch (_step)
        {
            case Step.Look: PrepareLook(); return 1;
            case Step.Write: PrepareWrites(); return _parts;
            default: return 0;
        }
    }

    private void Cut(int pduSize)
    {
        _part = WriteVar.MostBytes(pduSize);
        _parts = (_bytes.Length + _part - 1) / _part;
        _step = _parts > 1 ? Step.Look : Step.Write;
    }

    private void PrepareLook()
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
            var packet = ((IExchange)this).Packets(i, 1).Span;
            _bytes.Span.Slice(i * _part, Bytes(i)).CopyTo(packet[WriteVar.Overhead..]);
            WriteVar.Write(packet, block.Area, block.Block, _start + (i * _part), Bytes(i));
        }
    }

    Memory<byte> IExchange.Packets(int first, int count)
    {
        if (_step == Step.Look) return _look;
        var last = first + count - 1;
        var size = WriteVar.Overhead + _part;
        return _packets.AsMemory(first * size, ((count - 1) * size) + WriteVar.Overhead + Bytes(last));
    }

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        if (_step == Step.Look) return TakeLook(pdu);
        if (WriteVar.Check(pdu) is not { } fault) _written++;
        else if (!fault.IsAnswer) throw new LinkException($"{fault.Reason}: whether the bytes were written is unknown");
        else if (_fault is null) (_fault, _faulty) = (fault, request);
        return _fault is null;
    }

    bool IExchange.TryEndEarly() => false;

    private bool TakeLook(ReadOnlySpan<byte> pdu)
    {
        _fault = ReadVar.Only(pdu, 1, out _);
        if (_fault is { IsAnswer: false }) throw new LinkException($"{_fault.Reason}: nothing was written");
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
