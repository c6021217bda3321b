using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Blocks;

/// <summary>Writes bytes into a block, in order, with as few requests as carry them; after a refusal no further one is sent.</summary>
internal sealed class BlockWriting(S7Address block) : IExchange
{
    private ReadOnlyMemory<byte> _bytes;
    private int _start;
    private int _part;
    private int _parts;
    private byte[] _packets = [];
    private bool _isBegun;
    private int _written;
    private S7Fault? _fault;
    private int _faulty;

    /// <summary>Begins to write bytes at a place of the block.</summary>
    public void Begin(int offset, ReadOnlyMemory<byte> bytes) =>
        (_start, _bytes, _isBegun, _written, _fault) = (block.Offset + offset, bytes, false, 0, null);

    int IExchange.Prepare(in SetupCommunication setup)
    {
        if (_isBegun) return _fault is null ? 0 : throw Refused(_fault);
        _isBegun = true;
        _part = WriteVar.MostBytes(setup.PduSize);
        _parts = (_bytes.Length + _part - 1) / _part;
        var needed = (_parts * WriteVar.Overhead) + _bytes.Length;
        if (_packets.Length < needed) _packets = new byte[needed];
        for (var i = 0; i < _parts; i++)
        {
            var packet = ((IExchange)this).Packets(i, 1).Span;
            _bytes.Span.Slice(i * _part, Bytes(i)).CopyTo(packet[WriteVar.Overhead..]);
            WriteVar.Write(packet, block.Area, block.Block, _start + (i * _part), Bytes(i));
        }

        return _parts;
    }

    Memory<byte> IExchange.Packets(int first, int count)
    {
        var last = first + count - 1;
        var size = WriteVar.Overhead + _part;
        return _packets.AsMemory(first * size, ((count - 1) * size) + WriteVar.Overhead + Bytes(last));
    }

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        if (WriteVar.Check(pdu) is not { } fault) _written++;
        else if (!fault.IsAnswer) throw new LinkException($"{fault.Reason}: whether the bytes were written is unknown");
        else if (_fault is null) (_fault, _faulty) = (fault, request);
        return _fault is null;
    }

    bool IExchange.TryEndEarly() => false;

    private int Bytes(int part) => Math.Min(_part, _bytes.Length - (part * _part));

    private RefusedException Refused(S7Fault fault)
    {
        var first = _start + (_faulty * _part);
        var done = _parts == 1 ? "nothing was written" : $"{_written} of {_parts} parts were written";
        return new RefusedException($"bytes {first} to {first + Bytes(_faulty) - 1}: {fault.Reason}; {done}");
    }
}
