using PlantRuntime.Contracts;
using PlantRuntime.Plugins.S7.Plan;
using PlantRuntime.Plugins.S7.Session;
using PlantRuntime.Plugins.S7.Wire;
using PlantRuntime.Wire;

namespace PlantRuntime.Plugins.S7.Blocks;

/// <summary>
/// Reads a whole block. A block that fits into one reply is read once; a longer one is read until two consecutive readings are equal,
/// because the block then had these bytes at the moment between them, unless a byte changed and changed back. One <see cref="S7Block"/>
/// owns it; <see cref="ExchangeLoop{TSession}"/> calls the <see cref="IExchange"/> members, one call at a time; not thread-safe. It borrows
/// the driver's loop and owns its packets and images.
/// </summary>
internal sealed class BlockReading(ExchangeLoop<S7Session> loop, S7Address block) : IExchange
{
    // Readings without two equal ones after which the block counts as changing too fast.
    private const int MaxReadings = 16;

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

    /// <summary>Begins a reading into memory that has the length of the block and belongs to the caller.</summary>
    public void Begin(Memory<byte> into) => (_into, _readings, _fault) = (into, 0, null);

    int IExchange.PrepareRound()
    {
        var pduSize = loop.Session.Setup.PduSize;
        if (pduSize != _pduSize) Cut(pduSize);
        if (_fault is not null)
            throw new RefusedException($"bytes {Start(_faulty)} to {Start(_faulty) + Bytes(_faulty) - 1}: {_fault.Reason}");
        var isWhole = _readings == 1 ? _parts == 1 : _readings > 1 && _image.AsSpan().SequenceEqual(_before);
        if (isWhole)
        {
            _image.CopyTo(_into);
            return 0;
        }

        if (_readings++ == MaxReadings)
            throw new RefusedException($"no two of {MaxReadings} readings agree: the block changes faster than it can be read");
        (_image, _before) = (_before, _image);
        return _parts;
    }

    Memory<byte> IExchange.Frames(int first, int count)
    {
        var size = ReadVar.RequestBytes(1);
        return _packets.AsMemory(first * size, count * size);
    }

    bool IExchange.Accept(int request, ReadOnlySpan<byte> frame)
    {
        var pdu = CotpData.Pdu(frame);
        var fault = ReadVar.ParseSingle(pdu, Bytes(request), out var bytes);
        if (fault is null) bytes.CopyTo(_image.AsSpan(request * _part));
        else if (_fault is null) (_fault, _faulty) = (fault, request);
        return _fault is null;
    }

    bool IExchange.TryCompleteAtTimeout() => false;

    private int Start(int part) => block.Offset + (part * _part);

    private int Bytes(int part) => Math.Min(_part, block.Bytes - (part * _part));

    private void Cut(int pduSize)
    {
        _pduSize = pduSize;
        _part = PduCapacity.From(pduSize).MaxRangeBytes;
        _parts = (block.Bytes + _part - 1) / _part;
        _image = new byte[block.Bytes];
        _before = new byte[block.Bytes];
        _packets = new byte[_parts * ReadVar.RequestBytes(1)];
        for (var i = 0; i < _parts; i++)
        {
            var packet = ((IExchange)this).Frames(i, 1).Span;
            ReadVar.Write(packet, 1);
            VarItem.Write(ReadVar.Item(packet, 0), block.Area, block.Block, Start(i), Bytes(i));
        }
    }
}
