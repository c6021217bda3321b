using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;

namespace PlantRuntime.Plugins.S7.Blocks;

/// <summary>
/// Reads a block whole. One that fits an answer is read at once; a longer one until two readings one after the other agree: then it was so
/// at the moment between them, unless a byte changed twice.
/// </summary>
internal sealed class BlockReading(S7Address block) : IExchange
{
    private const int MostReadings = 16;

    private Memory<byte> _into;
    private int _pduSize;
    private int _part;
    private int _parts;
    private byte[] _packets = [];
    private byte[] _image = [];
    private byte[] _before = [];
    private int _readings;
    private S7Fault? _fault;
    private int _faulty;

    /// <summary>Begins a reading into memory as long as the block.</summary>
    public void Begin(Memory<byte> into) => (_into, _readings, _fault) = (into, 0, null);

    int IExchange.Prepare(in SetupCommunication setup)
    {
        if (setup.PduSize != _pduSize) Cut(setup.PduSize);
        if (_fault is not null)
            throw new RefusedException($"bytes {Start(_faulty)} to {Start(_faulty) + Bytes(_faulty) - 1}: {_fault.Reason}");
        var isWhole = _readings == 1 ? _parts == 1 : _readings > 1 && _image.AsSpan().SequenceEqual(_before);
        if (isWhole)
        {
            _image.CopyTo(_into);
            return 0;
        }

        if (_readings++ == MostReadings)
            throw new RefusedException($"no two of {MostReadings} readings agree: the block changes faster than it can be read");
        (_image, _before) = (_before, _image);
        return _parts;
    }

    Memory<byte> IExchange.Packets(int first, int count)
    {
        var size = ReadVar.RequestBytes(1);
        return _packets.AsMemory(first * size, count * size);
    }

    bool IExchange.Take(int request, ReadOnlySpan<byte> pdu)
    {
        var fault = ReadVar.Only(pdu, Bytes(request), out var bytes);
        if (fault is null) bytes.CopyTo(_image.AsSpan(request * _part));
        else if (_fault is null) (_fault, _faulty) = (fault, request);
        return _fault is null;
    }

    bool IExchange.TryEndEarly() => false;

    private int Start(int part) => block.Offset + (part * _part);

    private int Bytes(int part) => Math.Min(_part, block.Bytes - (part * _part));

    private void Cut(int pduSize)
    {
        _pduSize = pduSize;
        _part = PduRoom.Of(pduSize).MostRun;
        _parts = (block.Bytes + _part - 1) / _part;
        _image = new byte[block.Bytes];
        _before = new byte[block.Bytes];
        _packets = new byte[_parts * ReadVar.RequestBytes(1)];
        for (var i = 0; i < _parts; i++)
        {
            var packet = ((IExchange)this).Packets(i, 1).Span;
            ReadVar.Write(packet, 1);
            VarItem.Write(ReadVar.Item(packet, 0), block.Area, block.Block, Start(i), Bytes(i));
        }
    }
}
